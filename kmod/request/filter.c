// SPDX-License-Identifier: GPL-2.0
/*
 * Which addresses, members and entries a dump or a flush means.
 * Knows how they are told apart, not what is done with them.
 */
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/member.h"
#include "request/filter.h"

/**
 * anycast6_filter_init() - mean all
 * @filter: result
 *
 * Context: any.
 */
void anycast6_filter_init(struct anycast6_filter *filter)
{
	memset(filter, 0, sizeof(*filter));
	filter->origin = -1;
	filter->id = -1;
	filter->state = -1;
}

static bool matches_value(int wanted, int value)
{
	return wanted < 0 || wanted == value;
}

static int id_of(const struct anycast6_entry *entry)
{
	return entry->origin == ANYCAST6_ORIGIN_RESERVED ? entry->id : -1;
}

/**
 * anycast6_filter_group() - whether a filter leaves an address in
 * @filter: the filter
 * @group: the address
 *
 * Context: RCU, or under an->lock.
 * Return: true if anycast6_filter_member() decides about its members.
 */
bool anycast6_filter_group(const struct anycast6_filter *filter,
			   const struct anycast6_group *group)
{
	if (filter->addr && !ipv6_addr_equal(filter->addr, &group->key.addr))
		return false;
	return !filter->vrf || filter->vrf == anycast6_group_shown_vrf(group);
}

/**
 * anycast6_filter_member() - whether a filter matches a member
 * @filter: the filter
 * @member: the member; its address passed anycast6_filter_group()
 *
 * Context: RCU, or under an->lock.
 */
bool anycast6_filter_member(const struct anycast6_filter *filter,
			    const struct anycast6_member *member)
{
	const struct anycast6_entry *entry;
	int origin = ANYCAST6_ORIGIN_STATIC;
	int id = -1;

	/* a remote member without a device has the module's own as its link */
	if (filter->dev && (filter->dev != member->link->ifindex ||
			    (member->nexthop && member->link->own)))
		return false;

	rcu_read_lock();
	entry = rcu_dereference(member->entry);
	if (entry) {
		origin = entry->origin;
		id = id_of(entry);
	}
	rcu_read_unlock();
	return matches_value(filter->origin, origin) &&
	       matches_value(filter->id, id) &&
	       matches_value(filter->state, READ_ONCE(member->state));
}

/**
 * anycast6_filter_entry() - whether a filter matches an entry
 * @filter: the filter; one that names an address matches no entry
 * @entry: the entry
 *
 * Context: RCU, or under an->lock.
 */
bool anycast6_filter_entry(const struct anycast6_filter *filter,
			   const struct anycast6_entry *entry)
{
	return !filter->addr &&
	       (!filter->vrf || filter->vrf == READ_ONCE(entry->link->vrf)) &&
	       (!filter->dev || filter->dev == entry->link->ifindex) &&
	       matches_value(filter->origin, entry->origin) &&
	       matches_value(filter->id, id_of(entry)) &&
	       matches_value(filter->state, anycast6_entry_state(entry));
}
