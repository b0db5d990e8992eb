// SPDX-License-Identifier: GPL-2.0
/*
 * Paths: the cached route to a target, and the way that a single packet takes.
 * Knows routes, not which members are reached by them.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/lwtunnel.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include <anycast6_compat.h>

#include "kernel/kernel_route.h"
#include "kernel/own.h"
#include "net.h"
#include "way/path.h"

/* The target is looked up, not the packet's own destination. On a link,
 * FLOWI_FLAG_KNOWN_NH makes a route of its own whose next hop is the target:
 * with a shared one the kernel would solicit the packet's destination.
 */
static void init_target_flow(struct flowi6 *fl6,
			     const struct anycast6_slot *slot)
{
	memset(fl6, 0, sizeof(*fl6));
	fl6->daddr = slot->target.addr;
	fl6->flowi6_oif = slot->target.ifindex ? : slot->target.vrf;
	fl6->flowi6_flags = FLOWI_FLAG_KNOWN_NH;
}

static bool leads_away(const struct dst_entry *dst)
{
	return !dst->error &&
	       !(dst_rt6_info(dst)->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST)) &&
	       !anycast6_own_is(dst->dev) &&
	       /* a VRF device looks up the packet's own destination again */
	       !netif_is_l3_master(dst->dev);
}

static struct dst_entry *look_up_target(struct net *net,
					const struct anycast6_slot *slot)
{
	struct dst_entry *dst;
	struct flowi6 fl6;

	init_target_flow(&fl6, slot);
	dst = ip6_route_output_flags(net, NULL, &fl6, 0);
	if (leads_away(dst))
		return dst;
	dst_release(dst);
	return NULL;
}

/* Packets in a queue and netfilter's flow tables may have the route for long.
 * Without @from it does not hold its fib6_info, and with that a device, and
 * dst_check() finds it no longer valid. The kernel does the same to routes that
 * are in a table (fib6_drop_pcpu_from() in net/ipv6/ip6_fib.c).
 */
static void disown_route(struct dst_entry *dst)
{
	struct rt6_info *rt = dst_rt6_info(dst);

	fib6_info_release(unrcu_pointer(xchg(&rt->from, NULL)));
}

/* Returns what the kernel itself has a route call. */
static anycast6_path_output plain_output(const struct dst_entry *dst)
{
	return lwtunnel_output_redirect(dst->lwtstate) ? lwtunnel_output :
							 ip6_output;
}

/* Packets may have the marked route for long, in a queue for user space for example,
 * and even when this module is gone: then they must neither hold a device, nor call
 * the module. So they are lost, as the kernel has it when a route goes (see
 * fib6_nh_release_dsts() in net/ipv6/route.c).
 */
static void end_marked(struct dst_entry *dst)
{
	if (!dst)
		return;
	dst_dev_put(dst);
	dst_release(dst);
}

static void free_path_rcu(struct rcu_head *head)
{
	struct anycast6_path *path =
		container_of(head, struct anycast6_path, rcu);

	/* readers may have marked the route until now */
	end_marked(unrcu_pointer(path->marked));
	kfree(path);
}

/* @path is in no slot any more, or never was; readers may still use it. */
static void free_path(struct anycast6_path *path)
{
	struct dst_entry *marked;

	if (!path)
		return;
	if (path->single)
		disown_route(path->dst);
	marked = unrcu_pointer(READ_ONCE(path->marked));
	if (marked)
		disown_route(marked);
	/* readers may use @dst: dst_release() frees it after a grace period */
	dst_release(path->dst);
	call_rcu(&path->rcu, free_path_rcu);
}

/* The route is often found again as it was, when others change near it: then packets
 * that have the marked one are not to be lost.
 */
static void inherit_marked(struct anycast6_path *path,
			   struct anycast6_path *old)
{
	struct dst_entry *marked;

	if (!old || old->dst->dev != path->dst->dev ||
	    rcu_access_pointer(dst_rt6_info(old->dst)->from) !=
	    rcu_access_pointer(dst_rt6_info(path->dst)->from))
		return;
	marked = unrcu_pointer(xchg(&old->marked, NULL));
	/* another packet may have marked the route since then */
	if (marked && unrcu_pointer(cmpxchg(&path->marked, NULL,
					    RCU_INITIALIZER(marked))))
		end_marked(marked);
}

/**
 * anycast6_path_renew() - look up the route to a target, and cache it
 * @net: the namespace
 * @slot: the target's
 *
 * Context: softirq or process; RCU, as long as the result is used.
 * Return: the path, or NULL if there is no route or no memory.
 */
struct anycast6_path *anycast6_path_renew(struct net *net,
					  struct anycast6_slot *slot)
{
	struct anycast6_path *path, *old;
	struct dst_entry *dst;

	old = rcu_dereference(slot->path);
	dst = look_up_target(net, slot);
	path = dst ? kmalloc(sizeof(*path), GFP_ATOMIC | __GFP_NOWARN) : NULL;
	if (path) {
		path->dst = dst;
		path->cookie = rt6_get_cookie(dst_rt6_info(dst));
		path->single = anycast6_compat_is_uncached(dst_rt6_info(dst));
		RCU_INIT_POINTER(path->marked, NULL);
	} else {
		dst_release(dst);
	}

	if (unrcu_pointer(cmpxchg(&slot->path, RCU_INITIALIZER(old),
				  RCU_INITIALIZER(path))) == old) {
		if (path)
			inherit_marked(path, old);
		free_path(old);
		return path;
	}
	/* another CPU replaced @old first: use its path */
	free_path(path);
	return rcu_dereference(slot->path);
}

/* Whether the kernel may call a cached route valid though another one leads to
 * the target now: if rules lead to several tables, as each has numbers of its own
 * by which its routes become obsolete; and of routes by nexthop objects, which only
 * changes of these objects and of addresses make obsolete.
 */
static bool may_be_stale(struct net *net, const struct anycast6_path *path)
{
	return dst_rt6_info(path->dst)->sernum ||
	       atomic_read(&anycast6_net(net)->odd_rules);
}

static bool is_current(struct net *net, const struct anycast6_slot *slot,
		       const struct anycast6_path *path)
{
	const struct fib6_info *from, *now = NULL;
	struct dst_entry *dst;

	from = rcu_access_pointer(dst_rt6_info(path->dst)->from);
	dst = look_up_target(net, slot);
	if (dst)
		now = rcu_access_pointer(dst_rt6_info(dst)->from);
	dst_release(dst);
	return now && now == from;
}

/**
 * anycast6_path_review() - the path to a target, as the routes are now
 * @net: the namespace
 * @slot: the target's
 *
 * Context: softirq or process; RCU, as long as the result is used.
 * Return: the path, or NULL if there is no route or no memory.
 */
struct anycast6_path *anycast6_path_review(struct net *net,
					   struct anycast6_slot *slot)
{
	struct anycast6_path *path = anycast6_path_get(net, slot);

	if (path && may_be_stale(net, path) && !is_current(net, slot, path))
		path = anycast6_path_renew(net, slot);
	return path;
}

/**
 * anycast6_path_forget() - forget a cached route that may hold a device
 * @slot: the target's
 * @dev: the device, which is being unregistered
 *
 * IPv6 has removed the device's routes before this, at NETDEV_DOWN: the cached
 * one may lead to the blackhole device by now, and still hold @dev by the
 * fib6_info it came from. So a route that is not valid is forgotten as well.
 * There was a grace period since then, so no lookup that is under way can cache
 * a route via @dev again.
 *
 * Context: NETDEV_UNREGISTER, under RTNL and RCU.
 */
void anycast6_path_forget(struct anycast6_slot *slot,
			  const struct net_device *dev)
{
	struct anycast6_path *path = rcu_dereference(slot->path);

	if (!path || (path->dst->dev != dev &&
		      dst_check(path->dst, path->cookie)))
		return;
	if (unrcu_pointer(cmpxchg(&slot->path, RCU_INITIALIZER(path),
				  NULL)) == path)
		free_path(path);
}

/**
 * anycast6_path_drop() - forget the cached route
 * @slot: the target's
 *
 * The next packet looks it up again. Flow tables that use the route notice with
 * their next packet that it is not valid.
 *
 * Context: any.
 */
void anycast6_path_drop(struct anycast6_slot *slot)
{
	free_path(unrcu_pointer(xchg(&slot->path, NULL)));
}

/**
 * anycast6_path_metric() - the metric of the route that a path came from
 * @path: the path
 *
 * Context: RCU.
 * Return: the metric, 0 if the route has been removed since.
 */
u32 anycast6_path_metric(const struct anycast6_path *path)
{
	const struct fib6_info *from;

	from = rcu_dereference(dst_rt6_info(path->dst)->from);
	return from ? from->fib6_metric : 0;
}

/**
 * anycast6_path_is_direct() - whether a path leads to a neighbour on the link
 * @path: the path
 *
 * Context: any that keeps @path.
 * Return: false if a gateway is on the path.
 */
bool anycast6_path_is_direct(const struct anycast6_path *path)
{
	return !(dst_rt6_info(path->dst)->rt6i_flags & RTF_GATEWAY);
}

/* As the kernel's ip6_rt_copy_init(), but from a route that is there. Returns NULL
 * if that has been removed, or there is no memory.
 */
static struct dst_entry *copy_route(struct net *net,
				    const struct dst_entry *dst)
{
	const struct rt6_info *rt = dst_rt6_info(dst);
	struct fib6_info *from = rcu_dereference(rt->from);
	struct rt6_info *copy;

	if (!rt->rt6i_idev || !from || !fib6_info_hold_safe(from))
		return NULL;
	copy = ip6_dst_alloc(net, dst->dev, DST_NOCOUNT);
	if (!copy) {
		fib6_info_release(from);
		return NULL;
	}
	copy->dst.input = dst->input;
	copy->dst.lwtstate = lwtstate_get(dst->lwtstate);
	copy->dst.lastuse = jiffies;
	copy->rt6i_dst = rt->rt6i_dst;
	copy->rt6i_src = rt->rt6i_src;
	copy->rt6i_gateway = rt->rt6i_gateway;
	copy->rt6i_flags = rt->rt6i_flags & ~(RTF_PCPU | RTF_EXPIRES);
	copy->rt6i_idev = rt->rt6i_idev;
	in6_dev_hold(copy->rt6i_idev);
	rcu_assign_pointer(copy->from, from);
	ip_dst_init_metrics(&copy->dst, from->fib6_metrics);
	return &copy->dst;
}

/**
 * anycast6_path_mark() - get the route of a way once more, with another output
 * @net: the namespace
 * @slot: the target's
 * @way: the way of a packet to the target
 * @output: what the route calls to send a packet; in the end, that calls
 *          anycast6_path_send()
 *
 * So @output sees the packets that were given this route, after all that may drop
 * them while they are forwarded, and no others. VRFs do the same (vrf_rt6_create()
 * in drivers/net/vrf.c).
 *
 * Context: softirq or process; RCU, as long as the result is used.
 * Return: the route, without a reference, or NULL if the way is not the cached
 * path, or there is no memory.
 */
struct dst_entry *anycast6_path_mark(struct net *net,
				     const struct anycast6_slot *slot,
				     const struct anycast6_way *way,
				     anycast6_path_output output)
{
	struct anycast6_path *path = rcu_dereference(slot->path);
	struct dst_entry *marked, *old;

	if (!path || way->counted || way->dst != path->dst)
		return NULL;
	marked = rcu_dereference(path->marked);
	if (marked)
		return marked;

	marked = copy_route(net, path->dst);
	if (!marked)
		return NULL;
	marked->output = output;
	old = unrcu_pointer(cmpxchg(&path->marked, NULL,
				    RCU_INITIALIZER(marked)));
	if (!old)
		return marked;
	/* another CPU was quicker */
	dst_release(marked);
	return old;
}

/**
 * anycast6_path_has_marked() - whether a route is what anycast6_path_mark() gave
 * @slot: the target's
 * @dst: the route
 *
 * Context: RCU.
 * Return: false also if the path has been looked up again since.
 */
bool anycast6_path_has_marked(const struct anycast6_slot *slot,
			      const struct dst_entry *dst)
{
	const struct anycast6_path *path = rcu_dereference(slot->path);

	return path && rcu_access_pointer(path->marked) == dst;
}

/**
 * anycast6_path_send() - send a packet that has a marked route
 * @net: the namespace
 * @sk: the socket that sends it, or NULL
 * @skb: the packet, no longer the caller's
 *
 * Context: RCU; any.
 * Return: as dst_output().
 */
int anycast6_path_send(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return plain_output(skb_dst(skb))(net, sk, skb);
}

/**
 * anycast6_path_find_by_rules() - find the way of a packet by the routing rules
 * @net: the namespace
 * @slot: the target's
 * @skb: the packet
 * @iif: the device it came by, NULL if this node sends it
 * @way: result
 *
 * Rules may select another route by a packet's mark, source, ports or interface,
 * so they are asked for each packet. Mostly they lead to the route that is cached.
 *
 * Context: softirq or process, under RCU.
 * Return: false if there is no way, or if it is known to be dead.
 */
bool anycast6_path_find_by_rules(struct net *net,
				 struct anycast6_slot *slot,
				 struct sk_buff *skb,
				 struct net_device *iif,
				 struct anycast6_way *way)
{
	struct anycast6_path *path = anycast6_path_get(net, slot);
	struct dst_entry *dst;
	struct flowi6 fl6;

	/* all that the kernel would look up, but for the destination */
	anycast6_kernel_route_key(net, skb, &fl6);
	fl6.daddr = slot->target.addr;
	fl6.flowi6_iif = iif ? iif->ifindex :
			 slot->target.vrf ? : LOOPBACK_IFINDEX;

	/* only to compare: a shared route, without a reference */
	dst = ip6_route_input_lookup(net, skb->dev, &fl6, skb,
				     RT6_LOOKUP_F_HAS_SADDR |
				     RT6_LOOKUP_F_DST_NOREF);
	if (!leads_away(dst))
		return false;
	if (path && rcu_access_pointer(dst_rt6_info(path->dst)->from) ==
		    rcu_access_pointer(dst_rt6_info(dst)->from))
		return anycast6_way_go(way, path->dst, false);

	fl6.flowi6_flags = FLOWI_FLAG_KNOWN_NH;
	dst = ip6_route_input_lookup(net, skb->dev, &fl6, skb,
				     RT6_LOOKUP_F_HAS_SADDR);
	if (leads_away(dst) && anycast6_way_go(way, dst, true))
		return true;
	dst_release(dst);
	return false;
}

/**
 * anycast6_way_drop() - drop a way that no packet takes
 * @way: the way, which may be empty
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
 * anycast6_way_is_to_sender() - whether a route leads to the neighbour that a
 * packet came from, out of the device that it came by
 * @dst: the route
 * @skb: the packet, its link-layer header still there
 *
 * Context: RCU.
 * Return: true also on a link without link-layer addresses: all packets come
 * from the one neighbour there.
 */
bool anycast6_way_is_to_sender(const struct dst_entry *dst,
			       const struct sk_buff *skb)
{
	u8 source[MAX_ADDR_LEN], address[MAX_ADDR_LEN];
	struct net_device *dev = dst->dev;
	const struct neighbour *neighbour;
	const struct in6_addr *addr;
	int len = 0;

	if (skb_mac_header_was_set(skb))
		len = anycast6_compat_parse_header(skb, dev, source);
	if (!len)
		return true;

	addr = rt6_nexthop(dst_rt6_info(dst), &ipv6_hdr(skb)->daddr);
	neighbour = __ipv6_neigh_lookup_noref(dev, addr);
	if (!neighbour)
		return false;
	neigh_ha_snapshot(address, neighbour, dev);
	return !memcmp(address, source, len);
}
