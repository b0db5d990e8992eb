/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paths: the cached route to a target, and the way that a single packet takes.
 * Knows routes, not which members are reached by them.
 */
#ifndef ANYCAST6_PATH_H
#define ANYCAST6_PATH_H

#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <net/dst.h>
#include <net/ip6_fib.h>

#include "net.h"

struct in6_addr;
struct net_device;
struct sk_buff;
struct sock;

/**
 * struct anycast6_path - a cached route
 * @dst: a copy of the route, constant
 * @cookie: of rt6_get_cookie(), for dst_check(); READ_ONCE()
 * @marked: one more copy, for anycast6_path_mark(), or NULL; RCU, set once by
 *          cmpxchg()
 * @rcu: frees it after its readers
 */
struct anycast6_path {
	struct dst_entry *dst;
	u32 cookie;
	struct dst_entry __rcu *marked;
	struct rcu_head rcu;
};

/* what a route calls to send a packet */
typedef int (*anycast6_path_output)(struct net *net, struct sock *sk,
				    struct sk_buff *skb);

/**
 * struct anycast6_target - where a path leads; the key of a next hop
 * @addr: unicast address, network order
 * @ifindex: interface index of the device that the member names, 0 if the
 *           routes decide
 * @vrf: interface index of the VRF, 0 outside VRFs
 */
struct anycast6_target {
	struct in6_addr addr;
	u32 ifindex;
	u32 vrf;
};

/**
 * struct anycast6_slot - a target, and the path that is cached for it
 * @target: constant
 * @failed: the neighbour on the way does not answer; READ_ONCE(), writers under
 *          nexthops->neighbour_lock (way/neighbour.c)
 * @path: the path, NULL if none is cached; RCU, writers use cmpxchg() or xchg()
 * @recalled: what anycast6_path_recall() has called in last, or NULL; xchg() only
 */
struct anycast6_slot {
	struct anycast6_target target;
	bool failed;
	struct anycast6_path __rcu *path;
	struct anycast6_path __rcu *recalled;
};

/**
 * struct anycast6_way - the route that one packet gets
 * @dst: the route; without a reference it is valid under RCU only
 * @counted: @dst has a reference, for anycast6_way_drop() or the packet
 */
struct anycast6_way {
	struct dst_entry *dst;
	bool counted;
};

struct anycast6_path *anycast6_path_renew(struct net *net,
					  struct anycast6_slot *slot);
struct anycast6_path *anycast6_path_review(struct net *net,
					   struct anycast6_slot *slot);
bool anycast6_path_find_by_rules(struct net *net,
				 struct anycast6_slot *slot,
				 struct sk_buff *skb,
				 struct net_device *iif,
				 struct anycast6_way *way);
void anycast6_path_forget(struct anycast6_slot *slot,
			  const struct net_device *dev);
void anycast6_path_drop(struct anycast6_slot *slot);
void anycast6_path_recall(struct anycast6_slot *slot);
bool anycast6_path_is_direct(const struct anycast6_path *path);
bool anycast6_path_metric(const struct anycast6_path *path, u32 *metric);

struct dst_entry *anycast6_path_mark(struct net *net,
				     const struct anycast6_slot *slot,
				     const struct anycast6_way *way,
				     anycast6_path_output output);
bool anycast6_path_has_marked(const struct anycast6_slot *slot,
			      const struct dst_entry *dst);
int anycast6_path_send(struct net *net, struct sock *sk, struct sk_buff *skb);

void anycast6_way_drop(struct anycast6_way *way);
bool anycast6_way_is_to_sender(const struct dst_entry *dst,
			       const struct sk_buff *skb);

/**
 * anycast6_path_get() - the path to a target, cached or looked up
 * @net: the namespace
 * @slot: the target's
 *
 * Context: softirq or process; RCU, as long as the result is used. Inline, as
 * each packet that is steered comes here.
 * Return: the path, or NULL if there is no route or no memory.
 */
static inline struct anycast6_path *
anycast6_path_get(struct net *net, struct anycast6_slot *slot)
{
	struct anycast6_path *path = rcu_dereference(slot->path);

	if (likely(path && dst_check(path->dst,
				     READ_ONCE(path->cookie))))
		return path;
	return anycast6_path_renew(net, slot);
}

/**
 * anycast6_way_go() - take a route as a packet's way if its device is up
 * @way: result
 * @dst: the route
 * @counted: @dst has a reference, which becomes the way's if the result is true
 *
 * Link events may come late, so each packet asks for the carrier.
 *
 * Context: RCU.
 * Return: false if the device is down or has no carrier.
 */
static inline bool anycast6_way_go(struct anycast6_way *way,
				   struct dst_entry *dst, bool counted)
{
	if (unlikely(!netif_running(dst->dev) || !netif_carrier_ok(dst->dev)))
		return false;
	way->dst = dst;
	way->counted = counted;
	return true;
}

/**
 * anycast6_way_is_back() - whether a route leads to where a packet came from
 * @dst: the route
 * @skb: the packet, its link-layer header still there
 *
 * Context: RCU.
 */
static inline bool anycast6_way_is_back(const struct dst_entry *dst,
					const struct sk_buff *skb)
{
	return unlikely(dst->dev->ifindex == IP6CB(skb)->iif) &&
	       !(dst->dev->flags & IFF_LOOPBACK) &&
	       anycast6_way_is_to_sender(dst, skb);
}

/**
 * anycast6_path_find_plainly() - find the way to a target by the cached path
 * @net: the namespace
 * @slot: the target's
 * @way: result
 *
 * Context: softirq or process, under RCU. Inline, as anycast6_path_get().
 * Return: false if there is no way, or if it is known to be dead.
 */
static inline bool anycast6_path_find_plainly(struct net *net,
					      struct anycast6_slot *slot,
					      struct anycast6_way *way)
{
	struct anycast6_path *path;

	if (unlikely(READ_ONCE(slot->failed)))
		return false;
	path = anycast6_path_get(net, slot);
	return likely(path) && anycast6_way_go(way, path->dst, false);
}

/**
 * anycast6_path_find() - find the way of a packet to a target
 * @net: the namespace
 * @slot: the target's
 * @skb: the packet
 * @iif: the device it came by, NULL if this node sends it
 * @way: result
 *
 * Context: softirq or process, under RCU. Inline, as anycast6_path_get().
 * Return: false if there is no way, or if it is known to be dead.
 */
static inline bool anycast6_path_find(struct net *net,
				      struct anycast6_slot *slot,
				      struct sk_buff *skb,
				      struct net_device *iif,
				      struct anycast6_way *way)
{
	if (unlikely(fib6_has_custom_rules(net)) && !slot->target.ifindex &&
	    !READ_ONCE(slot->failed) &&
	    atomic_read(&anycast6_net(net)->odd_rules))
		return anycast6_path_find_by_rules(net, slot, skb, iif, way);

	return anycast6_path_find_plainly(net, slot, way);
}

#endif
