// SPDX-License-Identifier: GPL-2.0
/*
 * Who says what holds for an address: a request, or the entries that make it.
 * Knows what was said, not what follows from it.
 */
#include <linux/rculist.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "lib/announce.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/member.h"
#include "object/origin.h"

/**
 * anycast6_origin_has_entry() - whether an entry makes an address
 * @an: the namespace
 * @group: the address
 *
 * Context: process, under @an->lock.
 */
bool anycast6_origin_has_entry(struct anycast6_net *an,
			       const struct anycast6_group *group)
{
	struct anycast6_member *member;

	list_for_each_entry(member, &group->members, node)
		if (anycast6_member_entry(an, member))
			return true;
	return false;
}

/**
 * anycast6_origin_entry() - the entry that says what holds for an address
 * @group: the address
 * @says: which entries count, or NULL for all
 *
 * Of several it is the one of the lowest interface index, as for the source.
 *
 * Context: RCU, or under an->lock, which the result needs, too.
 * Return: the entry; NULL if none counts, or if a member was configured: what was
 * said of the address itself holds then.
 */
const struct anycast6_entry *
anycast6_origin_entry(const struct anycast6_group *group,
		      bool (*says)(const struct anycast6_entry *entry))
{
	const struct anycast6_entry *entry, *first = NULL;
	const struct anycast6_member *member;

	rcu_read_lock();
	list_for_each_entry_rcu(member, &group->members, node) {
		entry = rcu_dereference(member->entry);
		if (!entry) {
			first = NULL;
			break;
		}
		if ((!says || says(entry)) &&
		    (!first || entry->link->ifindex < first->link->ifindex))
			first = entry;
	}
	rcu_read_unlock();
	return first;
}

/**
 * anycast6_origin_kind() - how an address came to be
 * @group: the address
 * @id: result: its identifier, if an entry of reserved ones makes it
 *
 * Context: RCU, or under an->lock.
 * Return: enum anycast6_origin; static as soon as one member was configured.
 */
u8 anycast6_origin_kind(const struct anycast6_group *group, u8 *id)
{
	const struct anycast6_entry *entry;
	u8 origin = ANYCAST6_ORIGIN_STATIC;

	rcu_read_lock();
	entry = anycast6_origin_entry(group, NULL);
	if (entry) {
		origin = entry->origin;
		*id = entry->id;
	}
	rcu_read_unlock();
	return origin;
}

static bool says_announce(const struct anycast6_entry *entry)
{
	struct anycast6_announce_option option;

	anycast6_announce_option_read(&entry->announce, &option);
	return anycast6_announce_says(&option);
}

/**
 * anycast6_origin_read_announce() - what was said of how an address is announced
 * @group: the address
 * @option: result; where entries alone make the address, what they say
 *
 * Context: RCU, or under an->lock.
 * Return: whether entries alone make the address.
 */
bool anycast6_origin_read_announce(const struct anycast6_group *group,
				   struct anycast6_announce_option *option)
{
	const struct anycast6_entry *entry;
	bool made;

	memset(option, 0, sizeof(*option));
	rcu_read_lock();
	made = anycast6_origin_entry(group, NULL);
	entry = anycast6_origin_entry(group, says_announce);
	if (entry)
		anycast6_announce_option_read(&entry->announce, option);
	else if (!made)
		anycast6_announce_option_read(&group->published.option, option);
	rcu_read_unlock();
	return made;
}

/**
 * anycast6_origin_shown_announce() - what is configured of an address
 * @group: the address
 * @option: result; where entries alone make the address, what they say
 *
 * Context: RCU, or under an->lock.
 */
void anycast6_origin_shown_announce(const struct anycast6_group *group,
				    struct anycast6_announce_option *option)
{
	anycast6_origin_read_announce(group, option);
	if (anycast6_group_is_linklocal(group))
		memset(option, 0, sizeof(*option));
}

/**
 * anycast6_origin_hold_time() - for how long what was down must be up before it is
 * used
 * @entry: the entry that makes it, NULL if it was configured
 * @group: the address
 *
 * Context: RCU, or under an->lock.
 * Return: seconds.
 */
u32 anycast6_origin_hold_time(const struct anycast6_entry *entry,
			      const struct anycast6_group *group)
{
	return entry ? READ_ONCE(entry->hold_time) :
		       READ_ONCE(group->hold_time);
}
