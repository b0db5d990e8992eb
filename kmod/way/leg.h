/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Legs: each is a copy of one route to a target, and what is known of the neighbour
 * that it leads by. Paths share the legs that stay as they are.
 * Knows its own route, not which others are equal.
 */
#ifndef ANYCAST6_LEG_H
#define ANYCAST6_LEG_H

#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <net/dst.h>

#include "way/neighbour.h"

struct fib6_info;
struct list_head;
struct net;
struct sk_buff;
struct sock;

/* what a route calls to send a packet */
typedef int (*anycast6_leg_output)(struct net *net, struct sock *sk,
				   struct sk_buff *skb);

/**
 * struct anycast6_leg - one route to a target
 * @dst: a copy of the route, constant
 * @marked: one more copy, for anycast6_leg_mark(), or NULL; RCU, set once by
 *          cmpxchg()
 * @neighbour: the neighbour that it leads by, with a reference, NULL if it is not
 *             known yet; RCU, writers use xchg()
 * @users: paths that have it
 * @spent: it was found dead, and who has a copy is to notice: the next path gets a
 *         new one; READ_ONCE()
 * @rcu: frees it after its readers
 */
struct anycast6_leg {
	struct dst_entry *dst;
	struct dst_entry __rcu *marked;
	struct anycast6_neighbour __rcu *neighbour;
	refcount_t users;
	bool spent;
	struct rcu_head rcu;
};

struct anycast6_leg *anycast6_leg_make(struct net *net,
				       const struct dst_entry *dst,
				       struct fib6_info *from,
				       const struct list_head *neighbours,
				       const struct in6_addr *target);
anycast6_leg_output anycast6_leg_plain_output(const struct dst_entry *dst);
void anycast6_leg_put(struct anycast6_leg *leg);
void anycast6_leg_disown(struct anycast6_leg *leg);
bool anycast6_leg_is_held(const struct anycast6_leg *leg);
bool anycast6_leg_goes_on(const struct anycast6_leg *leg,
			  const struct dst_entry *dst,
			  const struct fib6_info *from);
struct dst_entry *anycast6_leg_mark(struct net *net, struct anycast6_leg *leg,
				    anycast6_leg_output output);

/**
 * anycast6_leg_lives() - whether packets can take a leg
 * @leg: the leg
 *
 * Context: RCU.
 * Return: false if it is known to be dead.
 */
static inline bool anycast6_leg_lives(const struct anycast6_leg *leg)
{
	const struct anycast6_neighbour *neighbour =
		rcu_dereference(leg->neighbour);

	return netif_running(leg->dst->dev) &&
	       netif_carrier_ok(leg->dst->dev) &&
	       !(neighbour && READ_ONCE(neighbour->failed));
}

#endif
