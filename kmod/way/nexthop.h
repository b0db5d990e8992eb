/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Next hops: where packets of remote members go, shared by all members that use
 * it, with what is known of the way there: routes, carriers, neighbours.
 * Knows its members as a list only, and nothing of anycast addresses.
 */
#ifndef ANYCAST6_NEXTHOP_H
#define ANYCAST6_NEXTHOP_H

#include <linux/hashtable.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>

#include "way/path.h"

struct anycast6_net;
struct anycast6_prefix;
struct net_device;

enum anycast6_nexthop_flags {
	/* its neighbour came or failed, or is a new one, or a route changed that may
	 * lead to it; see ANYCAST6_NEXTHOPS_SOME
	 */
	ANYCAST6_NEXTHOP_DIRTY,
};

/**
 * enum anycast6_nexthop_change - what has changed of a next hop
 * @ANYCAST6_NEXTHOP_WAY: the reason why it is down, or whether it is direct
 * @ANYCAST6_NEXTHOP_MTU: the largest packet that the path takes
 * @ANYCAST6_NEXTHOP_DISTANCE: the metric of the route, while the reason stays:
 *                             no change of a member's state tells listeners
 * @ANYCAST6_NEXTHOP_LEGS: how many legs there are, or live, while the reason stays
 */
enum anycast6_nexthop_change {
	ANYCAST6_NEXTHOP_WAY = BIT(0),
	ANYCAST6_NEXTHOP_DISTANCE = BIT(1),
	ANYCAST6_NEXTHOP_MTU = BIT(2),
	ANYCAST6_NEXTHOP_LEGS = BIT(3),
};

/**
 * struct anycast6_nexthop - a next hop
 * @node: in nexthops->table; an->lock
 * @list: in nexthops->list; readers under RCU, writers under an->lock
 * @by_address: in nexthops->addresses; nexthops->address_lock
 * @slot: the target, constant, and the path there
 * @members: members that use it, by of_nexthop; an->lock
 * @flags: ANYCAST6_NEXTHOP_*; atomic
 * @reason: why it is down, enum anycast6_reason, or 0; READ_ONCE(), writers
 *          under an->lock
 * @direct: there is no gateway on the way; READ_ONCE(), writers under an->lock
 * @unsure: the neighbour of some leg is not known; nexthops->neighbour_lock
 * @legs: how many equal routes lead there; READ_ONCE(), writers under an->lock
 * @living: how many of them packets can take; as @legs
 * @distance: metric of the route to it; READ_ONCE(), writers under an->lock
 * @mtu: the largest packet that all legs take, 0 while there is none; an->lock
 * @rcu: frees it after its readers
 */
struct anycast6_nexthop {
	struct rhash_head node;
	struct list_head list;
	struct rb_node by_address;
	struct anycast6_slot slot;
	struct list_head members;
	unsigned long flags;
	u8 reason;
	bool direct;
	bool unsure;
	u8 legs;
	u8 living;
	u32 distance;
	u32 mtu;
	struct rcu_head rcu;
};

enum anycast6_nexthops_flags {
	/* reconciliation must look at all next hops again */
	ANYCAST6_NEXTHOPS_ALL,
	/* it must look at those with ANYCAST6_NEXTHOP_DIRTY again */
	ANYCAST6_NEXTHOPS_SOME,
	/* who changes what they depend on may not have done so yet, and has RTNL
	 * until then
	 */
	ANYCAST6_NEXTHOPS_UNDONE,
};

/**
 * struct anycast6_nexthops - the next hops of a namespace with remote members
 * @table: next hops by target; an->lock
 * @list: the same next hops; readers under RCU, writers under an->lock
 * @dirty: ANYCAST6_NEXTHOPS_*; atomic
 * @address_lock: protects @addresses; taken with softirqs off, by who may hold
 *                the lock of a routing table
 * @addresses: the same next hops in the order of their addresses; @address_lock
 * @neighbour_lock: protects @neighbours, and what next hops know of their
 *                  neighbours; taken with softirqs off
 * @neighbours: the neighbours that lead to next hops; @neighbour_lock
 * @rcu: frees it after its readers
 */
struct anycast6_nexthops {
	struct rhashtable table;
	struct list_head list;
	unsigned long dirty;
	spinlock_t address_lock;	/* protects addresses */
	struct rb_root addresses;
	spinlock_t neighbour_lock;	/* protects neighbours */
	DECLARE_HASHTABLE(neighbours, 8);
	struct rcu_head rcu;
};

int anycast6_nexthops_create(struct anycast6_net *an);
void anycast6_nexthops_destroy(struct anycast6_net *an);
struct anycast6_nexthops *anycast6_nexthops(struct anycast6_net *an);

struct anycast6_nexthop *
anycast6_nexthop_get(struct anycast6_net *an,
		     const struct anycast6_target *target);
void anycast6_nexthop_put(struct anycast6_net *an,
			  struct anycast6_nexthop *nexthop);
unsigned int anycast6_nexthop_refresh(struct anycast6_net *an,
				      struct anycast6_nexthop *nexthop);
bool anycast6_nexthop_is_on(const struct anycast6_nexthop *nexthop,
			    u32 ifindex);
void anycast6_nexthop_forget_route(struct anycast6_net *an,
				   struct anycast6_nexthop *nexthop);

void anycast6_nexthop_mark_new(struct net *net, struct anycast6_slot *slot);
void anycast6_nexthops_mark(struct anycast6_net *an, unsigned long delay);
void anycast6_nexthops_mark_some(struct anycast6_net *an,
				 struct anycast6_nexthops *nexthops,
				 unsigned long delay);
void anycast6_nexthops_mark_undone(struct anycast6_net *an, unsigned long delay);
void anycast6_nexthops_mark_under(struct anycast6_net *an,
				  const struct anycast6_prefix *prefix,
				  unsigned long delay);
void anycast6_nexthops_recall(struct anycast6_net *an);
void anycast6_nexthops_forget_dev(struct anycast6_net *an,
				  const struct net_device *dev);

#endif
