// SPDX-License-Identifier: GPL-2.0
/*
 * Legs: each is a copy of one route to a target, and what is known of the neighbour
 * that it leads by. Paths share the legs that stay as they are.
 * Knows its own route, not which others are equal.
 */
#include <linux/slab.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/lwtunnel.h>

#include "kernel/route_copy.h"
#include "way/leg.h"

/**
 * anycast6_leg_make() - make a leg of a route
 * @net: the namespace
 * @dst: the route
 * @from: the route of a table that it is of, or NULL
 * @neighbours: those that lead to the target, as far as they are known
 * @target: the target's address, network order
 *
 * Context: softirq or process, RCU.
 * Return: the leg, for anycast6_leg_put(), or NULL if the route has been removed, or
 * there is no memory.
 */
struct anycast6_leg *anycast6_leg_make(struct net *net,
				       const struct dst_entry *dst,
				       struct fib6_info *from,
				       const struct list_head *neighbours,
				       const struct in6_addr *target)
{
	const struct in6_addr *addr = rt6_nexthop(dst_rt6_info(dst), target);
	struct anycast6_neighbour *neighbour;
	struct anycast6_leg *leg;

	leg = kmalloc(sizeof(*leg), GFP_ATOMIC | __GFP_NOWARN);
	if (!leg)
		return NULL;
	leg->dst = anycast6_route_copy_make(net, dst, from);
	if (!leg->dst) {
		kfree(leg);
		return NULL;
	}
	neighbour = anycast6_neighbour_find(neighbours, addr,
					    dst->dev->ifindex);
	RCU_INIT_POINTER(leg->marked, NULL);
	RCU_INIT_POINTER(leg->neighbour, neighbour);
	refcount_set(&leg->users, 1);
	leg->spent = false;
	return leg;
}

static void free_leg_rcu(struct rcu_head *head)
{
	struct anycast6_leg *leg = container_of(head, struct anycast6_leg, rcu);

	/* readers may have marked the route, or named the neighbour, until now */
	anycast6_route_copy_end(unrcu_pointer(leg->marked));
	anycast6_route_copy_end(leg->dst);
	anycast6_neighbour_put(unrcu_pointer(leg->neighbour));
	kfree(leg);
}

/**
 * anycast6_leg_plain_output() - what the kernel itself has a route call
 * @dst: the route
 *
 * Context: any that keeps @dst.
 */
anycast6_leg_output anycast6_leg_plain_output(const struct dst_entry *dst)
{
	return lwtunnel_output_redirect(dst->lwtstate) ? lwtunnel_output :
							 ip6_output;
}

/* Packets with a marked route of a leg that is not valid are not remembered. They may
 * wait in a queue until this module is gone, so they must not call it.
 */
static void disown_marked(struct dst_entry *marked)
{
	WRITE_ONCE(marked->output, anycast6_leg_plain_output(marked));
	anycast6_route_copy_disown(marked);
}

/**
 * anycast6_leg_disown() - make a leg's route invalid for others that have it
 * @leg: the leg
 *
 * Flow tables of netfilter keep a route for as long as dst_check() calls it valid.
 *
 * Context: any.
 */
void anycast6_leg_disown(struct anycast6_leg *leg)
{
	struct dst_entry *marked;

	/* first: anycast6_leg_mark() looks at it after it has marked the leg */
	anycast6_route_copy_disown(leg->dst);
	marked = unrcu_pointer(READ_ONCE(leg->marked));
	if (marked)
		disown_marked(marked);
}

/**
 * anycast6_leg_put() - end a path's use of a leg
 * @leg: the leg; readers may use it until a grace period is over
 *
 * Context: any.
 */
void anycast6_leg_put(struct anycast6_leg *leg)
{
	if (!refcount_dec_and_test(&leg->users))
		return;
	anycast6_leg_disown(leg);
	call_rcu(&leg->rcu, free_leg_rcu);
}

/**
 * anycast6_leg_is_held() - whether others have references to a leg's route
 * @leg: the leg
 *
 * Context: RCU.
 */
bool anycast6_leg_is_held(const struct anycast6_leg *leg)
{
	struct dst_entry *marked = rcu_dereference(leg->marked);

	return anycast6_route_copy_is_held(leg->dst) ||
	       (marked && anycast6_route_copy_is_held(marked));
}

/**
 * anycast6_leg_goes_on() - whether a leg is as one would be that is made of a route
 * @leg: the leg
 * @dst: the route
 * @from: the route of a table that it is of, or NULL
 *
 * Routes are often found again as they were, when others change near them. Packets
 * that have such a leg's route are not lost.
 *
 * Context: RCU.
 */
bool anycast6_leg_goes_on(const struct anycast6_leg *leg,
			  const struct dst_entry *dst,
			  const struct fib6_info *from)
{
	/* as of now, so that this asks for all but for changes around the route */
	u32 cookie = rt6_get_cookie(dst_rt6_info(leg->dst));

	return !READ_ONCE(leg->spent) &&
	       anycast6_route_copy_is_of(leg->dst, dst, from) &&
	       dst_check(leg->dst, cookie);
}

/**
 * anycast6_leg_mark() - get a leg's route once more, with another output
 * @net: the namespace
 * @leg: the leg
 * @output: what the route calls to send a packet
 *
 * Context: softirq or process; RCU, as long as the result is used.
 * Return: the route, without a reference, or NULL if the leg's has been removed, or
 * there is no memory.
 */
struct dst_entry *anycast6_leg_mark(struct net *net, struct anycast6_leg *leg,
				    anycast6_leg_output output)
{
	struct dst_entry *marked = rcu_dereference(leg->marked), *old;
	struct fib6_info *from;

	if (marked)
		return marked;
	from = rcu_dereference(dst_rt6_info(leg->dst)->from);
	marked = anycast6_route_copy_make(net, leg->dst, from);
	if (!marked)
		return NULL;
	marked->output = output;
	old = unrcu_pointer(cmpxchg(&leg->marked, NULL,
				    RCU_INITIALIZER(marked)));
	if (!old) {
		if (!rcu_access_pointer(dst_rt6_info(leg->dst)->from))
			disown_marked(marked);
		return marked;
	}
	/* another CPU was quicker */
	anycast6_route_copy_end(marked);
	return old;
}
