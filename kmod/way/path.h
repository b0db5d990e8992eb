/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paths: the cached routes to a target, and which of them a packet takes.
 * Knows routes, not which members are reached by them.
 */
#ifndef ANYCAST6_PATH_H
#define ANYCAST6_PATH_H

#include <linux/ipv6.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <net/dst.h>
#include <net/ip6_fib.h>

#include "lib/legs.h"
#include "net.h"
#include "way/leg.h"
#include "way/survey.h"
#include "way/way.h"

struct anycast6_flow_key;
struct net_device;
struct sk_buff;
struct sock;

/**
 * struct anycast6_path - the routes to a target that are cached
 * @dst: the route of the first leg, constant
 * @cookie: of all legs, for dst_check(); READ_ONCE()
 * @n: how many legs there are, at least 1, constant
 * @buckets: number of the leg of each bucket, or %ANYCAST6_LEGS_NONE; constant
 * @stamp: of anycast6_equal_routes_stamp(); READ_ONCE()
 * @rcu: frees it after its readers
 * @legs: the legs; constant
 */
struct anycast6_path {
	struct dst_entry *dst;
	u32 cookie;
	u8 n;
	u8 buckets[ANYCAST6_LEGS_BUCKETS];
	unsigned long stamp;
	struct rcu_head rcu;
	struct anycast6_leg *legs[];
};

/**
 * struct anycast6_slot - a target, and the path that is cached for it
 * @target: constant
 * @failed: no neighbour on the way answers; READ_ONCE(), writers under
 *          nexthops->neighbour_lock (way/neighbour.c)
 * @path: the path, NULL if none is cached; RCU, writers use cmpxchg() or xchg()
 * @torn: there were routes, but no path could be made of them when that was tried
 *        last; READ_ONCE()
 * @recalled: what anycast6_path_recall() has called in last, or NULL; xchg() only
 * @neighbours: those that lead to the target (struct anycast6_neighbour); readers
 *              under RCU, writers under an->lock and nexthops->neighbour_lock
 */
struct anycast6_slot {
	struct anycast6_target target;
	bool failed;
	bool torn;
	struct anycast6_path __rcu *path;
	struct anycast6_path __rcu *recalled;
	struct list_head neighbours;
};

struct anycast6_path *anycast6_path_revive(struct net *net,
					   struct anycast6_slot *slot);
struct anycast6_path *anycast6_path_renew(struct net *net,
					  struct anycast6_slot *slot);
struct anycast6_path *anycast6_path_review(struct net *net,
					   struct anycast6_slot *slot);
bool anycast6_path_find_by_rules(struct net *net,
				 struct anycast6_slot *slot,
				 const struct anycast6_flow_key *key,
				 struct sk_buff *skb,
				 struct net_device *iif,
				 struct anycast6_way *way);
bool anycast6_path_find_leg(const struct anycast6_path *path,
			    const struct anycast6_flow_key *key,
			    const struct sk_buff *skb,
			    struct anycast6_way *way);
struct dst_entry *anycast6_path_turn(const struct anycast6_path *path,
				     u32 number);
void anycast6_path_forget(struct anycast6_slot *slot,
			  const struct net_device *dev);
void anycast6_path_drop(struct anycast6_slot *slot);
void anycast6_path_recall(struct anycast6_slot *slot);
bool anycast6_path_is_direct(const struct anycast6_path *path);
bool anycast6_path_metric(const struct anycast6_path *path, u32 *metric);

struct dst_entry *anycast6_path_mark(struct net *net,
				     const struct anycast6_slot *slot,
				     const struct anycast6_way *way,
				     anycast6_leg_output output);
bool anycast6_path_has_marked(const struct anycast6_slot *slot,
			      const struct dst_entry *dst);
int anycast6_path_send(struct net *net, struct sock *sk, struct sk_buff *skb);

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
	return anycast6_path_revive(net, slot);
}

/**
 * anycast6_path_go() - take a packet's way from a path
 * @path: the path
 * @key: the packet's flow, which chooses among several legs
 * @skb: the packet
 * @way: result
 *
 * Context: RCU. Inline, as anycast6_path_get().
 * Return: false if all legs are known to be dead.
 */
static inline bool anycast6_path_go(const struct anycast6_path *path,
				    const struct anycast6_flow_key *key,
				    const struct sk_buff *skb,
				    struct anycast6_way *way)
{
	if (unlikely(path->n > 1))
		return anycast6_path_find_leg(path, key, skb, way);
	return anycast6_way_go(way, path->dst, false);
}

/**
 * anycast6_path_find_plainly() - find the way to a target by the cached path
 * @net: the namespace
 * @slot: the target's
 * @key: the packet's flow
 * @skb: the packet
 * @way: result
 *
 * Context: softirq or process, under RCU. Inline, as anycast6_path_get().
 * Return: false if there is no way, or if it is known to be dead.
 */
static inline bool anycast6_path_find_plainly(struct net *net,
					      struct anycast6_slot *slot,
					      const struct anycast6_flow_key *key,
					      const struct sk_buff *skb,
					      struct anycast6_way *way)
{
	struct anycast6_path *path;

	if (unlikely(READ_ONCE(slot->failed)))
		return false;
	path = anycast6_path_get(net, slot);
	return likely(path) && anycast6_path_go(path, key, skb, way);
}

/* Whether packets to one address may have several routes: by rules, or by their
 * source. Nearly always the first two questions answer that.
 */
static inline bool anycast6_path_depends(struct net *net)
{
	return (unlikely(fib6_has_custom_rules(net)) &&
		atomic_read(&anycast6_net(net)->odd_rules)) ||
	       unlikely(fib6_routes_require_src(net));
}

/**
 * anycast6_path_find() - find the way of a packet to a target
 * @net: the namespace
 * @slot: the target's
 * @key: the packet's flow
 * @skb: the packet
 * @iif: the device it came by, NULL if this node sends it
 * @way: result
 *
 * Context: softirq or process, under RCU. Inline, as anycast6_path_get().
 * Return: false if there is no way, or if it is known to be dead.
 */
static inline bool anycast6_path_find(struct net *net,
				      struct anycast6_slot *slot,
				      const struct anycast6_flow_key *key,
				      struct sk_buff *skb,
				      struct net_device *iif,
				      struct anycast6_way *way)
{
	if (unlikely(anycast6_path_depends(net)) && !slot->target.ifindex &&
	    !READ_ONCE(slot->failed))
		return anycast6_path_find_by_rules(net, slot, key, skb, iif,
						   way);

	return anycast6_path_find_plainly(net, slot, key, skb, way);
}

#endif
