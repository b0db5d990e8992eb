// SPDX-License-Identifier: GPL-2.0
/*
 * Which source the answers of an address get, when requests, entries and
 * members change. Knows who decides, not how packets get the source.
 */
#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "message/notify.h"
#include "net.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/member.h"
#include "object/source.h"
#include "reconcile/reply_source.h"

static bool is_told(const struct anycast6_group *group)
{
	const struct anycast6_member *member;

	list_for_each_entry(member, &group->members, node)
		if (member->told)
			return true;
	return false;
}

/**
 * anycast6_group_change_source() - set the reply source, and tell nobody
 * @an: the namespace
 * @group: the address
 * @source: the reply source, the caller keeps its reference; NULL for
 *          ANYCAST6_SOURCE_MODE_AUTO
 *
 * Cannot fail, so the change of an entry reaches all its addresses.
 *
 * Context: process, under @an->lock.
 * Return: whether the source is another one than before.
 */
bool anycast6_group_change_source(struct anycast6_net *an,
				  struct anycast6_group *group,
				  struct anycast6_source *source)
{
	int more = !!source - !!rcu_access_pointer(group->source);

	lockdep_assert_held(&an->lock);

	WRITE_ONCE(an->sources, an->sources + more);
	return anycast6_source_set(an, &group->source, source);
}

/**
 * anycast6_group_set_source() - set the reply source
 * @an: the namespace
 * @group: the address
 * @source: the reply source, the caller keeps its reference; NULL for
 *          ANYCAST6_SOURCE_MODE_AUTO
 *
 * Listeners are told if the source is another one and they know the address.
 *
 * Context: process, under @an->lock.
 */
void anycast6_group_set_source(struct anycast6_net *an,
			       struct anycast6_group *group,
			       struct anycast6_source *source)
{
	lockdep_assert_held(&an->lock);

	if (!anycast6_group_change_source(an, group, source))
		return;
	anycast6_net_changed(an);
	if (is_told(group))
		anycast6_notify_group(an, ANYCAST6_CMD_CHANGED, group);
}

static struct anycast6_source *entry_source(struct anycast6_net *an,
					    const struct anycast6_entry *entry)
{
	return rcu_dereference_protected(entry->source,
					 lockdep_is_held(&an->lock));
}

/**
 * anycast6_entry_settle_source() - give an address its entry's reply source
 * @an: the namespace
 * @group: the address, which has or had a member that an entry made
 *
 * If several of its entries name a source, that on the device with the lowest
 * interface index decides, in whatever order their members came and went.
 *
 * Context: process, under @an->lock.
 */
void anycast6_entry_settle_source(struct anycast6_net *an,
				  struct anycast6_group *group)
{
	struct anycast6_source *source = NULL;
	struct anycast6_member *member;
	struct anycast6_entry *entry;
	u32 first = 0;

	lockdep_assert_held(&an->lock);

	list_for_each_entry(member, &group->members, node) {
		entry = anycast6_member_entry(an, member);
		if (!entry || !entry_source(an, entry) ||
		    (first && first < entry->link->ifindex))
			continue;
		source = entry_source(an, entry);
		first = entry->link->ifindex;
	}
	anycast6_group_set_source(an, group, source);
}

/**
 * anycast6_entry_set_source() - set the reply source of an entry's addresses,
 * now and later
 * @an: the namespace
 * @entry: the entry
 * @source: the reply source, the caller keeps its reference; NULL for
 *          ANYCAST6_SOURCE_MODE_AUTO
 *
 * Context: process, under @an->lock.
 */
void anycast6_entry_set_source(struct anycast6_net *an,
			       struct anycast6_entry *entry,
			       struct anycast6_source *source)
{
	struct anycast6_member *member;

	lockdep_assert_held(&an->lock);

	if (!anycast6_source_set(an, &entry->source, source))
		return;
	anycast6_net_changed(an);
	if (entry->told >= 0)
		anycast6_notify_entry(an, ANYCAST6_CMD_CHANGED, entry);
	list_for_each_entry(member, &entry->members, of_entry)
		anycast6_entry_settle_source(an, member->group);
}
