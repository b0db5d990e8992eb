// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel holds for equal routes: siblings in a table, and nexthops of a
 * group. Knows that there are others, not which of them a packet gets.
 */
#include <linux/netdevice.h>
#include <net/ip6_fib.h>
#include <net/ip_fib.h>
#include <net/ipv6.h>
#include <net/nexthop.h>

#include "kernel/equal_routes.h"

/**
 * struct wanted_hop - the gateway that is looked for
 * @gateway: its address, network order
 * @ifindex: interface index of its link
 */
struct wanted_hop {
	const struct in6_addr *gateway;
	u32 ifindex;
};

static int is_hop(struct fib6_nh *hop, void *arg)
{
	const struct wanted_hop *wanted = arg;

	return hop->fib_nh_gw_family && hop->fib_nh_dev &&
	       hop->fib_nh_dev->ifindex == wanted->ifindex &&
	       ipv6_addr_equal(&hop->fib_nh_gw6, wanted->gateway);
}

/* Walks all routes of one prefix, as rt6_multipath_first_sibling_rcu() does (kernel,
 * net/ipv6/route.c), until @visit returns another number than 0.
 */
static int walk_siblings(const struct fib6_info *from,
			 int (*visit)(struct fib6_nh *hop, void *arg), void *arg)
{
	const struct fib6_node *node = rcu_dereference(from->fib6_node);
	struct fib6_info *route;
	int result = 0;

	if (!node)
		return 0;
	for (route = rcu_dereference(node->leaf); route && !result;
	     route = rcu_dereference(route->fib6_next))
		if (route->fib6_metric == from->fib6_metric && !route->nh)
			result = visit(route->fib6_nh, arg);
	return result;
}

static int walk_equals(const struct dst_entry *dst,
		       int (*visit)(struct fib6_nh *hop, void *arg), void *arg)
{
	const struct fib6_info *from = rcu_dereference(dst_rt6_info(dst)->from);

	if (!anycast6_equal_routes_stamp(from))
		return 0;
	return from->nh ? nexthop_for_each_fib6_nh(from->nh, visit, arg) :
			  walk_siblings(from, visit, arg);
}

/**
 * anycast6_equal_routes_stamp() - what tells whether the equals of a route changed
 * @from: the route, or NULL
 *
 * Weights are told, too, but not which of two siblings goes while another comes: of
 * those that go, copies are not valid any more.
 *
 * Context: RCU.
 * Return: 0 if there is no other route that is equal, else a number that is another
 * one when some have come or gone.
 */
unsigned long anycast6_equal_routes_stamp(const struct fib6_info *from)
{
	if (!from)
		return 0;
	if (!from->nh)
		return READ_ONCE(from->fib6_nsiblings);
	/* another group takes the place of one that is changed */
	return nexthop_is_multipath(from->nh) ?
	       (unsigned long)rcu_access_pointer(from->nh->nh_grp) : 0;
}

/**
 * anycast6_equal_routes_have() - whether one of several equal routes leads to a
 * gateway
 * @dst: a copy of another of these routes, of IPv6
 * @gateway: the gateway, network order
 * @ifindex: interface index of its link
 *
 * The kernel may leave it out, for example as long as the gateway does not answer.
 *
 * Context: RCU.
 * Return: false also if @dst has no equals.
 */
bool anycast6_equal_routes_have(const struct dst_entry *dst,
				const struct in6_addr *gateway, u32 ifindex)
{
	struct wanted_hop wanted = { .gateway = gateway, .ifindex = ifindex };

	return walk_equals(dst, is_hop, &wanted);
}

static int tell_hop(struct fib6_nh *hop, void *arg)
{
	const struct anycast6_hop_visitor *visitor = arg;

	if (hop->fib_nh_gw_family == AF_INET6 && hop->fib_nh_dev)
		visitor->visit(&hop->fib_nh_gw6, hop->fib_nh_dev->ifindex,
			       visitor->arg);
	return 0;
}

/**
 * anycast6_equal_routes_tell() - tell the gateways of several equal routes, those
 * that the kernel leaves out as well
 * @dst: a copy of one of these routes, of IPv6
 * @visitor: who is told; nobody if @dst has no equals
 *
 * Context: RCU.
 */
void anycast6_equal_routes_tell(const struct dst_entry *dst,
				struct anycast6_hop_visitor *visitor)
{
	walk_equals(dst, tell_hop, visitor);
}
