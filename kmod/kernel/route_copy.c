// SPDX-License-Identifier: GPL-2.0
/*
 * Copies of routes: in no table, and cut off when they are not to be used any more.
 * Knows one route at a time, not where it leads.
 */
#include <linux/netdevice.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/lwtunnel.h>

#include <anycast6_compat.h>

#include "kernel/route_copy.h"

/* The kernel's copy of a route to a neighbour names that (RTF_CACHE), as
 * rt6_nexthop() needs it. Without the flag, what is learnt of a path's MTU is kept
 * by the route that the copy is of, where others find it, too.
 */
static u32 copied_flags(const struct rt6_info *rt)
{
	u32 flags = rt->rt6i_flags & ~RTF_PCPU;

	if (flags & RTF_GATEWAY)
		flags &= ~RTF_CACHE;
	return flags;
}

static void copy_metrics(struct dst_entry *copy, const struct dst_entry *dst,
			 const struct fib6_info *from)
{
	u32 mtu = dst_metric_raw(dst, RTAX_MTU);

	ip_dst_init_metrics(copy, from->fib6_metrics);
	/* of a path whose MTU was learnt */
	if (mtu != dst_metric_raw(copy, RTAX_MTU))
		dst_metric_set(copy, RTAX_MTU, mtu);
}

/**
 * anycast6_route_copy_make() - copy a route
 * @net: the namespace
 * @dst: the route, of IPv6
 * @from: the route of a table that it is of, or NULL if that has been removed
 *
 * As the kernel's ip6_rt_copy_init(), but from a route that is there.
 *
 * Context: RCU; any.
 * Return: the copy, for anycast6_route_copy_end(), or NULL if @dst has been removed,
 * or there is no memory.
 */
struct dst_entry *anycast6_route_copy_make(struct net *net,
					   const struct dst_entry *dst,
					   struct fib6_info *from)
{
	const struct rt6_info *rt = dst_rt6_info(dst);
	struct rt6_info *copy;

	if (!rt->rt6i_idev || !from || !fib6_info_hold_safe(from))
		return NULL;
	copy = ip6_dst_alloc(net, dst->dev, DST_NOCOUNT);
	if (!copy) {
		fib6_info_release(from);
		return NULL;
	}
	copy->dst.input = dst->input;
	copy->dst.output = dst->output;
	copy->dst.lwtstate = lwtstate_get(dst->lwtstate);
	copy->dst.lastuse = jiffies;
	copy->dst.expires = READ_ONCE(dst->expires);
	copy->rt6i_dst = rt->rt6i_dst;
	copy->rt6i_src = rt->rt6i_src;
	copy->rt6i_gateway = rt->rt6i_gateway;
	copy->rt6i_flags = copied_flags(rt);
	copy->rt6i_idev = rt->rt6i_idev;
	in6_dev_hold(copy->rt6i_idev);
	rcu_assign_pointer(copy->from, from);
	copy_metrics(&copy->dst, dst, from);
	/* pairs with dst_dev_put(), which takes the output of a route last */
	smp_rmb();
	if (READ_ONCE(dst->obsolete) > 0) {
		anycast6_route_copy_end(&copy->dst);
		return NULL;
	}
	return &copy->dst;
}

/**
 * anycast6_route_copy_is_of() - whether a copy of a route would be as one that is
 * there
 * @copy: the copy
 * @dst: the route
 * @from: the route of a table that @dst is of, or NULL if that has been removed
 *
 * Context: RCU.
 */
bool anycast6_route_copy_is_of(const struct dst_entry *copy,
			       const struct dst_entry *dst,
			       const struct fib6_info *from)
{
	const struct rt6_info *mine = dst_rt6_info(copy);
	const struct rt6_info *rt = dst_rt6_info(dst);

	return from && rcu_access_pointer(mine->from) == from &&
	       copy->dev == dst->dev && copy->lwtstate == dst->lwtstate &&
	       !((mine->rt6i_flags ^ rt->rt6i_flags) & RTF_GATEWAY) &&
	       ipv6_addr_equal(&mine->rt6i_gateway, &rt->rt6i_gateway) &&
	       dst_mtu(copy) == dst_mtu(dst);
}

/**
 * anycast6_route_copy_is_held() - whether somebody else has a reference to a copy
 * @copy: the copy
 *
 * Packets that only pass have none. Flow tables of netfilter have one for each of
 * their flows, queues one for each packet.
 *
 * Context: any that keeps @copy.
 */
bool anycast6_route_copy_is_held(struct dst_entry *copy)
{
	return anycast6_compat_dst_references(copy) > 1;
}

/**
 * anycast6_route_copy_disown() - make a copy invalid for who asks dst_check()
 * @copy: the copy, which readers may use until anycast6_route_copy_end()
 *
 * The kernel does the same to routes that are in a table (fib6_drop_pcpu_from() in
 * net/ipv6/ip6_fib.c).
 *
 * Context: any.
 */
void anycast6_route_copy_disown(struct dst_entry *copy)
{
	struct rt6_info *rt = dst_rt6_info(copy);

	fib6_info_release(unrcu_pointer(xchg(&rt->from, NULL)));
}

/**
 * anycast6_route_copy_end() - let go of a copy
 * @copy: the copy, or NULL; no reader without a reference has it
 *
 * Packets may have it for long, in a queue for user space for example: then they
 * must not hold a device. So they are lost, as the kernel has it when a route goes
 * (fib6_nh_release_dsts() in net/ipv6/route.c).
 *
 * Context: any.
 */
void anycast6_route_copy_end(struct dst_entry *copy)
{
	if (!copy)
		return;
	anycast6_route_copy_disown(copy);
	dst_dev_put(copy);
	dst_release(copy);
}
