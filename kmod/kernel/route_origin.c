// SPDX-License-Identifier: GPL-2.0
/*
 * The route of a table that a lookup has found. Knows one lookup at a time, not where
 * the route leads.
 */
#include <linux/rcupdate.h>
#include <net/flow.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>

#include <anycast6_compat.h>

#include "kernel/route_origin.h"

/* As ip6_route_output_flags() and ip6_pol_route() have it (net/ipv6/route.c). */
static int lookup_flags(const struct net *net, const struct flowi6 *fl6)
{
	int flags = RT6_LOOKUP_F_IGNORE_LINKSTATE;

	if (fl6->flowi6_oif)
		flags |= RT6_LOOKUP_F_IFACE;
	if (!READ_ONCE(net->ipv6.devconf_all->forwarding))
		flags |= RT6_LOOKUP_F_REACHABLE;
	return flags;
}

/**
 * anycast6_route_origin() - the route of a table that a lookup has found
 * @net: the namespace
 * @fl6: what ip6_route_output_flags() looked up, without a source
 * @dst: what it has returned
 *
 * What the kernel finds by way of a nexthop object it keeps with that object. Routes
 * that share the object share this, and it names the one that was looked up first,
 * on this CPU, which may be gone since.
 *
 * Context: softirq or process, RCU.
 * Return: the route, valid under RCU, or NULL if there is none any more.
 */
struct fib6_info *anycast6_route_origin(struct net *net, struct flowi6 *fl6,
					const struct dst_entry *dst)
{
	const struct rt6_info *rt = dst_rt6_info(dst);
	struct fib6_result res = {};

	if (likely(!rt->sernum))
		return rcu_dereference(rt->from);
	if (ipv6_stub->fib6_lookup(net, fl6->flowi6_oif, fl6, &res,
				   lookup_flags(net, fl6)))
		return NULL;
	return res.f6i && res.f6i->nh ? res.f6i : NULL;
}
