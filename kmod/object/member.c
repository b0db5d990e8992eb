// SPDX-License-Identifier: GPL-2.0
/*
 * Members: who holds an address, an interface here or a remote unicast address.
 * Knows how one is found and counted, not how it is made or its state decided.
 */
#include <linux/slab.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "lib/select.h"
#include "net.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/lease.h"
#include "object/member.h"
#include "way/nexthop.h"

/**
 * anycast6_member_entry() - the entry that made a member
 * @an: the namespace
 * @member: the member
 *
 * Context: process, under @an->lock.
 * Return: the entry, NULL if the member was configured.
 */
struct anycast6_entry *anycast6_member_entry(struct anycast6_net *an,
					     struct anycast6_member *member)
{
	return rcu_dereference_protected(member->entry,
					 lockdep_is_held(&an->lock));
}

/**
 * anycast6_member_lease() - the lease of a member
 * @an: the namespace
 * @member: the member
 *
 * Context: process, under @an->lock.
 * Return: the lease, NULL without one.
 */
struct anycast6_lease *
anycast6_member_lease(struct anycast6_net *an,
		      const struct anycast6_member *member)
{
	return rcu_dereference_protected(member->lease,
					 lockdep_is_held(&an->lock));
}

/**
 * anycast6_member_find() - find a member
 * @an: the namespace
 * @group: the address
 * @ifindex: interface index of its device
 * @via: unicast address of a remote member, network order; NULL for a local one
 *
 * Context: process, under @an->lock.
 * Return: the member, or NULL.
 */
struct anycast6_member *anycast6_member_find(struct anycast6_net *an,
					     struct anycast6_group *group,
					     u32 ifindex,
					     const struct in6_addr *via)
{
	struct anycast6_member *member;

	lockdep_assert_held(&an->lock);

	list_for_each_entry(member, &group->members, node) {
		if (member->link->ifindex != ifindex ||
		    !member->nexthop != !via)
			continue;
		if (!via ||
		    ipv6_addr_equal(via, &member->nexthop->slot.target.addr))
			return member;
	}
	return NULL;
}

/**
 * anycast6_member_find_twin() - find the member that is what a former one was
 * @group: the address
 * @identity: the former member's
 *
 * Context: RCU.
 * Return: the member, or NULL.
 */
struct anycast6_member *
anycast6_member_find_twin(const struct anycast6_group *group,
			  const struct anycast6_identity *identity)
{
	struct anycast6_member *member;

	list_for_each_entry_rcu(member, &group->members, node)
		if (member->identity.ifindex == identity->ifindex &&
		    ipv6_addr_equal(&member->identity.via, &identity->via))
			return member;
	return NULL;
}

/**
 * anycast6_member_distance() - how far away a member is
 * @member: the member, not dead
 * @distance: result: the configured metric; without one, 0 for a local member
 *            and the metric of the route to a remote one
 *
 * Context: RCU, or under an->lock.
 * Return: false if the distance is unknown, because there is no route.
 */
bool anycast6_member_distance(const struct anycast6_member *member,
			      u32 *distance)
{
	if (anycast6_traits_metric(&member->traits, distance))
		return true;
	*distance = 0;
	if (!member->nexthop)
		return true;
	*distance = READ_ONCE(member->nexthop->distance);
	return READ_ONCE(member->reason) != ANYCAST6_REASON_ROUTE;
}

/**
 * anycast6_member_candidate() - what anycast6_select_rank() needs of a member
 * @member: the member, not dead
 * @candidate: result, valid as long as RCU is held
 *
 * Context: RCU.
 */
void anycast6_member_candidate(const struct anycast6_member *member,
			       struct anycast6_candidate *candidate)
{
	const struct anycast6_area *area = rcu_dereference(member->traits.area);

	candidate->area = area ? &area->prefix : NULL;
	candidate->seed = member->seed;
	candidate->draining = READ_ONCE(member->state) ==
			      ANYCAST6_STATE_DRAINING;
	anycast6_member_distance(member, &candidate->distance);
}

static void free_member_rcu(struct rcu_head *head)
{
	struct anycast6_member *member =
		container_of(head, struct anycast6_member, rcu);

	anycast6_traits_free(&member->traits);
	free_percpu(member->stats);
	kfree(member);
}

/**
 * anycast6_member_free() - free a member that no reader has seen
 * @member: the member, in no list, without next hop, lease and probes
 *
 * Context: any.
 */
void anycast6_member_free(struct anycast6_member *member)
{
	anycast6_group_put(member->group);
	free_member_rcu(&member->rcu);
}

/**
 * anycast6_member_put() - drop a reference
 * @member: the member, freed with the last one after a grace period
 *
 * Context: any.
 */
void anycast6_member_put(struct anycast6_member *member)
{
	if (!refcount_dec_and_test(&member->refcnt))
		return;
	/* readers find both for a grace period */
	anycast6_group_put(member->group);
	call_rcu(&member->rcu, free_member_rcu);
}
