// SPDX-License-Identifier: GPL-2.0
/*
 * Origins: whether an address was configured or made by entries, and which of
 * them decides its options. Knows what is configured, not what follows from it.
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
 * anycast6_origin_has_entry() - whether an entry made a member of an address
 * @an: the namespace
 * @group: the address, which may have configured members as well
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
 * anycast6_origin_entry() - the entry that decides the options of an address
 * @group: the address
 * @says: whether an entry counts, or NULL if all do
 *
 * Of several entries the one with the lowest interface index decides, as in
 * anycast6_entry_settle_source().
 *
 * Context: RCU, or under an->lock, which the result needs, too.
 * Return: the entry; NULL if none counts, or if a member was configured: then
 * the options of the address itself count.
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
 * anycast6_origin_kind() - the origin that an address is shown with
 * @group: the address
 * @id: result: its reserved identifier (RFC 2526), 0 for subnet-router; left
 *      alone for a static address
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

static bool sets_announce(const struct anycast6_entry *entry)
{
	struct anycast6_announce_option option;

	anycast6_announce_option_read(&entry->announce, &option);
	return anycast6_announce_is_set(&option);
}

/**
 * anycast6_origin_read_announce() - read how an address is to be announced
 * @group: the address
 * @option: result: the option of the entry that decides if entries alone make
 *          the address, else the address's own
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
	entry = anycast6_origin_entry(group, sets_announce);
	if (entry)
		anycast6_announce_option_read(&entry->announce, option);
	else if (!made)
		anycast6_announce_option_read(&group->published.option, option);
	rcu_read_unlock();
	return made;
}

/**
 * anycast6_origin_shown_announce() - the announce option that users see
 * @group: the address
 * @option: result: as anycast6_origin_read_announce(), but empty for a
 *          link-local address, which is never announced
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
 * anycast6_origin_hold_time() - the hold time of a member, or of an address
 * @entry: the entry that made the member or decides for the address; NULL if it
 *         was configured
 * @group: the address
 *
 * Context: RCU, or under an->lock.
 * Return: s.
 */
u32 anycast6_origin_hold_time(const struct anycast6_entry *entry,
			      const struct anycast6_group *group)
{
	return entry ? READ_ONCE(entry->hold_time) :
		       READ_ONCE(group->hold_time);
}
