// SPDX-License-Identifier: GPL-2.0
/*
 * The route of this node's own packets to an address with remote members, by
 * which they find to the hook that steers them. Knows the states of members, not
 * how they are decided.
 */
#include <linux/rtnetlink.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "kernel/local.h"
#include "kernel/route.h"
#include "lib/select.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "reconcile/domain.h"
#include "reconcile/own_route.h"
#include "way/nexthop.h"

/* This node's own packets are steered in LOCAL_OUT, which they reach only with
 * a route. It is in the table for local addresses, where no daemon learns it,
 * and anycast6_kernel_route() keeps forwarded packets from it. A VRF has a
 * single table: there, the route would catch packets that no member's area
 * covers.
 */
static bool wants_own_route(struct anycast6_group *group)
{
	const struct anycast6_member *member;
	bool vrf = anycast6_group_vrf(group);
	bool up = false;

	if (anycast6_group_is_linklocal(group))
		return false;
	list_for_each_entry(member, &group->members, node) {
		if (!member->nexthop && member->delivery)
			return false;
		if (vrf && rcu_access_pointer(member->traits.area))
			return false;
		up |= member->nexthop && member->state != ANYCAST6_STATE_DOWN;
	}
	return up;
}

/* Ranks a member for this node's own packets. Returns false if it gets none. */
static bool rank_for_own(const struct anycast6_member *member,
			 const struct in6_addr *source,
			 struct anycast6_rank *rank)
{
	struct anycast6_candidate candidate;

	if (!member->nexthop || !member->nexthop->mtu ||
	    member->state == ANYCAST6_STATE_DOWN)
		return false;
	anycast6_member_candidate(member, &candidate);
	if (!anycast6_select_rank(&candidate, source, 0, rank))
		return false;
	/* the flow decides which of those at the same distance it gets */
	rank->weight = 0;
	return true;
}

/* What the paths of the nearest members take. It is from its route that TCP tells
 * others how much it takes, and the module's own device would take all. Nearest
 * to the address that this node asks from, if a program does not choose another
 * one: members with areas may be for others.
 */
static u32 own_route_mtu(struct anycast6_net *an,
			 const struct anycast6_group *group)
{
	const struct anycast6_member *member;
	struct anycast6_rank rank, best;
	struct in6_addr source;
	u32 mtu = 0;
	int order;

	rcu_read_lock();
	anycast6_local_source(an, &group->key.addr,
			      group->domain->link->ifindex, &source);
	list_for_each_entry(member, &group->members, node) {
		if (!rank_for_own(member, &source, &rank))
			continue;
		order = mtu ? anycast6_select_compare(&rank, &best) : -1;
		if (order > 0)
			continue;
		mtu = order ? member->nexthop->mtu :
		      min(mtu, member->nexthop->mtu);
		best = rank;
	}
	rcu_read_unlock();
	return mtu;
}

static void describe_own_route(const struct anycast6_group *group,
			       struct anycast6_route *route)
{
	*route = (struct anycast6_route) {
		.type = RTN_UNICAST,
		.addr = group->key.addr,
		.ifindex = group->domain->link->ifindex,
	};
}

/**
 * anycast6_own_route_drop() - delete the own route to an address
 * @an: the namespace
 * @group: the address, which may have none
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_own_route_drop(struct anycast6_net *an,
			     struct anycast6_group *group)
{
	struct anycast6_route route;

	lockdep_assert_held(&an->lock);

	if (group->routed) {
		describe_own_route(group, &route);
		anycast6_route_del(an, &route);
	}
	group->routed = false;
}

/**
 * anycast6_own_route_settle() - add, change or delete the own route to an
 * address, as the states of its members want it
 * @an: the namespace
 * @group: the address
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0, or a negative errno: it must be tried again.
 */
int anycast6_own_route_settle(struct anycast6_net *an,
			      struct anycast6_group *group)
{
	struct anycast6_route route;
	int err;

	lockdep_assert_held(&an->lock);

	if (!wants_own_route(group)) {
		anycast6_own_route_drop(an, group);
		return 0;
	}
	describe_own_route(group, &route);
	route.mtu = own_route_mtu(an, group);
	if (group->routed && group->route_mtu != route.mtu)
		err = anycast6_route_replace(an, &route);
	else
		err = anycast6_route_add(an, &route);
	group->route_mtu = err ? 0 : route.mtu;
	group->routed = true;
	return err;
}
