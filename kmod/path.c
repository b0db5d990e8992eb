// SPDX-License-Identifier: GPL-2.0
/*
 * Paths: the cached route of a next hop, and the way a single packet takes.
 * Knows routes, not who is reached by them.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include <anycast6_compat.h>

#include "device.h"
#include "net.h"
#include "nexthop.h"
#include "path.h"

/* The next hop is looked up, not the packet's own destination: the kernel must
 * know, to ask the right neighbour.
 */
static void init_flow(struct flowi6 *fl6, const struct anycast6_nexthop *nexthop)
{
	memset(fl6, 0, sizeof(*fl6));
	fl6->daddr = nexthop->key.addr;
	fl6->flowi6_oif = nexthop->key.ifindex ? : nexthop->key.vrf;
	fl6->flowi6_flags = FLOWI_FLAG_KNOWN_NH;
}

static bool leads_away(const struct dst_entry *dst)
{
	return !dst->error &&
	       !(dst_rt6_info(dst)->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST)) &&
	       !anycast6_device_is_own(dst->dev);
}

/* Link events may come late, so the carrier is asked when a packet goes. */
static bool go(struct anycast6_way *way, struct dst_entry *dst, bool counted)
{
	if (unlikely(!netif_running(dst->dev) || !netif_carrier_ok(dst->dev)))
		return false;
	way->dst = dst;
	way->counted = counted;
	return true;
}

static struct dst_entry *lookup(struct net *net,
				const struct anycast6_nexthop *nexthop)
{
	struct dst_entry *dst;
	struct flowi6 fl6;

	init_flow(&fl6, nexthop);
	dst = ip6_route_output_flags(net, NULL, &fl6, 0);
	if (leads_away(dst))
		return dst;
	dst_release(dst);
	return NULL;
}

/**
 * anycast6_path_free() - free a path, after its readers
 * @path: the path, or NULL
 *
 * Context: any.
 */
void anycast6_path_free(struct anycast6_path *path)
{
	if (!path)
		return;
	/* the route itself is freed after a grace period, too */
	dst_release(path->dst);
	kfree_rcu(path, rcu);
}

static noinline struct anycast6_path *
renew(struct net *net, struct anycast6_nexthop *nexthop)
{
	struct anycast6_path *path, *old;
	struct dst_entry *dst;

	old = rcu_dereference(nexthop->path);
	dst = lookup(net, nexthop);
	path = dst ? kmalloc(sizeof(*path), GFP_ATOMIC | __GFP_NOWARN) : NULL;
	if (path) {
		path->dst = dst;
		path->cookie = rt6_get_cookie(dst_rt6_info(dst));
	} else {
		dst_release(dst);
	}

	if (unrcu_pointer(cmpxchg(&nexthop->path, RCU_INITIALIZER(old),
				  RCU_INITIALIZER(path))) == old) {
		anycast6_path_free(old);
		return path;
	}
	/* somebody was quicker */
	anycast6_path_free(path);
	return rcu_dereference(nexthop->path);
}

/**
 * anycast6_path_get() - the route to a next hop, looked up if it has changed
 * @net: the namespace
 * @nexthop: the next hop
 *
 * Context: RCU, as long as the result is used.
 * Return: the path, or NULL if there is no route, or no memory.
 */
struct anycast6_path *anycast6_path_get(struct net *net,
					struct anycast6_nexthop *nexthop)
{
	struct anycast6_path *path = rcu_dereference(nexthop->path);

	if (likely(path && dst_check(path->dst, path->cookie)))
		return path;
	return renew(net, nexthop);
}

/**
 * anycast6_path_forget() - forget a route, which holds its device
 * @nexthop: the next hop
 * @dev: only if the route leads through this one
 *
 * Context: RCU. After IPv6 has left @dev for good and a grace period, nothing
 * finds a route through it any more, so this is final.
 * Return: whether it was forgotten.
 */
bool anycast6_path_forget(struct anycast6_nexthop *nexthop,
			  const struct net_device *dev)
{
	struct anycast6_path *path = rcu_dereference(nexthop->path);

	if (!path || path->dst->dev != dev)
		return false;
	if (unrcu_pointer(cmpxchg(&nexthop->path, RCU_INITIALIZER(path),
				  NULL)) != path)
		return false;
	anycast6_path_free(path);
	return true;
}

/**
 * anycast6_path_metric() - the metric of the route that a path came from
 * @path: the path
 *
 * Context: RCU.
 */
u32 anycast6_path_metric(const struct anycast6_path *path)
{
	const struct fib6_info *from;

	from = rcu_dereference(dst_rt6_info(path->dst)->from);
	return from ? from->fib6_metric : 0;
}

static bool has_odd_rules(const struct net *net)
{
	return fib6_has_custom_rules(net) &&
	       atomic_read(&anycast6_net(net)->odd_rules);
}

/* Where rules may want another route for a packet's mark, source or interface,
 * they are asked for each packet. What they say is mostly what is cached.
 */
static noinline bool find_by_rules(struct net *net,
				   struct anycast6_nexthop *nexthop,
				   const struct sk_buff *skb,
				   struct net_device *iif,
				   struct anycast6_way *way)
{
	struct anycast6_path *path = anycast6_path_get(net, nexthop);
	struct dst_entry *dst;
	struct flowi6 fl6;

	init_flow(&fl6, nexthop);
	fl6.flowi6_oif = 0;
	fl6.flowi6_flags = 0;
	fl6.flowi6_iif = iif ? iif->ifindex : LOOPBACK_IFINDEX;
	fl6.flowi6_mark = skb->mark;
	fl6.flowi6_proto = ipv6_hdr(skb)->nexthdr;
	fl6.saddr = ipv6_hdr(skb)->saddr;
	if (!iif)
		fl6.flowi6_iif = nexthop->key.vrf ? : LOOPBACK_IFINDEX;

	dst = ip6_route_input_lookup(net, skb->dev, &fl6, skb,
				     RT6_LOOKUP_F_HAS_SADDR |
				     RT6_LOOKUP_F_DST_NOREF);
	if (!leads_away(dst))
		return false;
	if (path && rcu_access_pointer(dst_rt6_info(path->dst)->from) ==
		    rcu_access_pointer(dst_rt6_info(dst)->from))
		return go(way, path->dst, false);

	fl6.flowi6_flags = FLOWI_FLAG_KNOWN_NH;
	dst = ip6_route_input_lookup(net, skb->dev, &fl6, skb,
				     RT6_LOOKUP_F_HAS_SADDR);
	if (leads_away(dst) && go(way, dst, true))
		return true;
	dst_release(dst);
	return false;
}

/**
 * anycast6_path_find() - find the way of a packet to a next hop
 * @net: the namespace
 * @nexthop: the next hop
 * @skb: the packet
 * @iif: the device it came by, NULL if this node sends it
 * @way: result, if there is one
 *
 * Context: RCU.
 * Return: false if there is none that is alive.
 */
bool anycast6_path_find(struct net *net, struct anycast6_nexthop *nexthop,
			const struct sk_buff *skb, struct net_device *iif,
			struct anycast6_way *way)
{
	struct anycast6_path *path;

	if (unlikely(READ_ONCE(nexthop->failed)))
		return false;
	if (unlikely(has_odd_rules(net)) && !nexthop->key.ifindex)
		return find_by_rules(net, nexthop, skb, iif, way);

	path = anycast6_path_get(net, nexthop);
	return likely(path) && go(way, path->dst, false);
}

/**
 * anycast6_way_drop() - don't take a way
 * @way: the way
 *
 * Context: any.
 */
void anycast6_way_drop(struct anycast6_way *way)
{
	if (way->counted)
		dst_release(way->dst);
	way->dst = NULL;
	way->counted = false;
}

/**
 * anycast6_way_is_back() - whether a route leads to where a packet came from
 * @dst: the route
 * @skb: the packet, its link-layer header still there
 *
 * On a link without link-layer addresses it is one neighbour that all comes
 * from.
 *
 * Context: RCU.
 */
bool anycast6_way_is_back(const struct dst_entry *dst,
			  const struct sk_buff *skb)
{
	u8 source[MAX_ADDR_LEN], address[MAX_ADDR_LEN];
	struct net_device *dev = dst->dev;
	const struct neighbour *neighbour;
	const struct in6_addr *addr;
	int len = 0;

	if (likely(dev->ifindex != IP6CB(skb)->iif))
		return false;
	if (skb_mac_header_was_set(skb))
		len = anycast6_compat_parse_header(skb, dev, source);
	if (!len)
		return !(dev->flags & IFF_LOOPBACK);

	addr = rt6_nexthop(dst_rt6_info(dst), &ipv6_hdr(skb)->daddr);
	neighbour = __ipv6_neigh_lookup_noref(dev, addr);
	if (!neighbour)
		return false;
	neigh_ha_snapshot(address, neighbour, dev);
	return !memcmp(address, source, len);
}
