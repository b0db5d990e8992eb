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
#include "kernel/route_copy.h"
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

/* Returns what the kernel itself has a route call. */
static anycast6_path_output plain_output(const struct dst_entry *dst)
{
	return lwtunnel_output_redirect(dst->lwtstate) ? lwtunnel_output :
							 ip6_output;
}

static void free_path_rcu(struct rcu_head *head)
{
	struct anycast6_path *path =
		container_of(head, struct anycast6_path, rcu);

	/* readers may have marked the route until now */
	anycast6_route_copy_end(unrcu_pointer(path->marked));
	anycast6_route_copy_end(path->dst);
	kfree(path);
}

/* Packets with a marked route of a path that is not valid are not remembered. They
 * may wait in a queue until this module is gone, so they must not call it.
 */
static void disown_marked(struct dst_entry *marked)
{
	WRITE_ONCE(marked->output, plain_output(marked));
	anycast6_route_copy_disown(marked);
}

/* Flow tables of netfilter keep a route for as long as dst_check() calls it valid. */
static void disown_path(struct anycast6_path *path)
{
	struct dst_entry *marked;

	/* first: anycast6_path_mark() looks at it after it has marked the path */
	anycast6_route_copy_disown(path->dst);
	marked = unrcu_pointer(READ_ONCE(path->marked));
	if (marked)
		disown_marked(marked);
}

/* @path is in no slot any more, or never was; readers may still use it. */
static void free_path(struct anycast6_path *path)
{
	if (!path)
		return;
	disown_path(path);
	call_rcu(&path->rcu, free_path_rcu);
}

/* Routes are often found again as they were, when others change near them. Returns
 * whether the cached path is good again: packets that have its routes are not lost.
 */
static bool go_on_with(struct anycast6_path *path, const struct dst_entry *dst)
{
	u32 cookie = rt6_get_cookie(dst_rt6_info(path->dst));

	if (!anycast6_route_copy_is_of(path->dst, dst) ||
	    !dst_check(path->dst, cookie))
		return false;
	WRITE_ONCE(path->cookie, cookie);
	return true;
}

static struct anycast6_path *make_path(struct net *net,
				       const struct dst_entry *dst)
{
	struct anycast6_path *path;

	path = kmalloc(sizeof(*path), GFP_ATOMIC | __GFP_NOWARN);
	if (!path)
		return NULL;
	path->dst = anycast6_route_copy_make(net, dst);
	if (!path->dst) {
		kfree(path);
		return NULL;
	}
	path->cookie = rt6_get_cookie(dst_rt6_info(path->dst));
	RCU_INIT_POINTER(path->marked, NULL);
	return path;
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
	struct anycast6_path *path = NULL, *old;
	struct dst_entry *dst;

	old = rcu_dereference(slot->path);
	dst = look_up_target(net, slot);
	if (dst && old && go_on_with(old, dst))
		path = old;
	else if (dst)
		path = make_path(net, dst);
	dst_release(dst);
	if (path == old)
		return path;

	if (unrcu_pointer(cmpxchg(&slot->path, RCU_INITIALIZER(old),
				  RCU_INITIALIZER(path))) == old) {
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
	const struct fib6_info *from;

	from = rcu_dereference(dst_rt6_info(path->dst)->from);
	return (from && from->nh) ||
	       atomic_read(&anycast6_net(net)->odd_rules);
}

/* The same route may lead elsewhere: of a group of nexthop objects some may go. */
static bool is_current(struct net *net, const struct anycast6_slot *slot,
		       const struct anycast6_path *path)
{
	struct dst_entry *dst;
	bool same;

	dst = look_up_target(net, slot);
	same = dst && anycast6_route_copy_is_of(path->dst, dst);
	dst_release(dst);
	return same;
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

/* Returns whether a path may hold a device that is being unregistered. IPv6 has
 * removed the device's routes before that, at NETDEV_DOWN, so a route that is not
 * valid is such a one, too: the fib6_info that it came from may hold the device.
 */
static bool may_hold(const struct anycast6_path *path,
		     const struct net_device *dev)
{
	return path->dst->dev == dev ||
	       !dst_check(path->dst, READ_ONCE(path->cookie));
}

/**
 * anycast6_path_forget() - forget cached routes that may hold a device
 * @slot: the target's
 * @dev: the device, which is being unregistered
 *
 * There was a grace period since its routes were removed, so no lookup that is
 * under way can cache a route via @dev again.
 *
 * Context: NETDEV_UNREGISTER, under RTNL and RCU.
 */
void anycast6_path_forget(struct anycast6_slot *slot,
			  const struct net_device *dev)
{
	struct anycast6_path *path = rcu_dereference(slot->path);

	free_path(unrcu_pointer(xchg(&slot->recalled, NULL)));
	if (path && may_hold(path, dev) &&
	    unrcu_pointer(cmpxchg(&slot->path, RCU_INITIALIZER(path),
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
	free_path(unrcu_pointer(xchg(&slot->recalled, NULL)));
}

static bool is_held(const struct anycast6_path *path)
{
	struct dst_entry *marked = rcu_dereference(path->marked);

	return anycast6_route_copy_is_held(path->dst) ||
	       (marked && anycast6_route_copy_is_held(marked));
}

/**
 * anycast6_path_recall() - call in the cached route if others hold it
 * @slot: the target's
 *
 * Packets that go by a flow table of netfilter are seen by nobody. With a route that
 * is not valid any more, the next packet of each flow comes by the hooks again. What
 * waits in a queue is still sent, until the next call.
 *
 * Context: process, under RCU; one caller at a time.
 */
void anycast6_path_recall(struct anycast6_slot *slot)
{
	struct anycast6_path *path = rcu_dereference(slot->path);

	free_path(unrcu_pointer(xchg(&slot->recalled, NULL)));
	if (!path || !is_held(path) ||
	    unrcu_pointer(cmpxchg(&slot->path, RCU_INITIALIZER(path),
				  NULL)) != path)
		return;
	disown_path(path);
	free_path(unrcu_pointer(xchg(&slot->recalled,
				     RCU_INITIALIZER(path))));
}

/**
 * anycast6_path_metric() - the metric of the route that a path came from
 * @path: the path
 * @metric: result
 *
 * Context: RCU.
 * Return: false if the route has been removed since, or the path been called in.
 */
bool anycast6_path_metric(const struct anycast6_path *path, u32 *metric)
{
	const struct fib6_info *from;

	from = rcu_dereference(dst_rt6_info(path->dst)->from);
	if (from)
		*metric = from->fib6_metric;
	return from;
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

	marked = anycast6_route_copy_make(net, path->dst);
	if (!marked)
		return NULL;
	marked->output = output;
	old = unrcu_pointer(cmpxchg(&path->marked, NULL,
				    RCU_INITIALIZER(marked)));
	if (!old) {
		if (!rcu_access_pointer(dst_rt6_info(path->dst)->from))
			disown_marked(marked);
		return marked;
	}
	/* another CPU was quicker */
	anycast6_route_copy_end(marked);
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
