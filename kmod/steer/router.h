/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state that a namespace has only while it has remote members, and for a
 * while after, as flows may be claimed again: the addresses that have some, and
 * their flows. Knows no packets.
 */
#ifndef ANYCAST6_ROUTER_H
#define ANYCAST6_ROUTER_H

#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "lib/bloom.h"
#include "lib/budget.h"
#include "object/bloom_set.h"
#include "steer/flow.h"

struct anycast6_group;
struct anycast6_net;

enum anycast6_router_flags {
	/* packets come by a bridge, and are seen by br_netfilter first */
	ANYCAST6_ROUTER_BRIDGED,
	/* the upkeep has ended, or is about to: nobody begins it */
	ANYCAST6_ROUTER_STOPPED,
};

/**
 * struct anycast6_reset_budget - how many segments are answered by an RST
 * @lock: protects @budget
 * @budget: RSTs
 */
struct anycast6_reset_budget {
	spinlock_t lock;	/* protects @budget */
	struct anycast6_budget budget;
};

/**
 * struct anycast6_router - a namespace with remote members, or one that had some
 * @an: the namespace, constant
 * @hooks: those that steer.c names; each has the router as its priv
 * @bridged: that of bridge.c, registered while its hook is set; only @upkeep, and
 *           who begins or has ended that
 * @bridged_last: it was registered after a packet was noted, so after br_netfilter's;
 *                as @bridged
 * @users: how many remote members there are: without one there are no hooks and
 *         no next hops; an->lock
 * @stopped: when the last remote member went, jiffies; an->lock
 * @addresses: Bloom filter of the addresses that have remote members
 * @flows: which member each flow has
 * @resets: how many RSTs are sent to clients whose connection is lost
 * @flags: enum anycast6_router_flags; atomic
 * @told: the second until which listeners were told which flows go on; an->lock
 * @ticks: how often @upkeep ran; only @upkeep uses it
 * @upkeep: forgets flows, looks at next hops, solicits failed neighbours
 */
struct anycast6_router {
	struct anycast6_net *an;
	struct nf_hook_ops hooks[3];
	struct nf_hook_ops bridged;
	bool bridged_last;
	unsigned int users;
	unsigned long stopped;
	struct anycast6_bloom_set addresses;
	struct anycast6_flows flows;
	struct anycast6_reset_budget resets;
	unsigned long flags;
	u32 told;
	unsigned int ticks;
	struct delayed_work upkeep;
};

/**
 * anycast6_router_passes() - whether a packet may be to an address with remote
 * members
 * @router: the namespace's
 * @skb: the packet
 *
 * Context: RCU.
 */
static inline bool anycast6_router_passes(const struct anycast6_router *router,
					  const struct sk_buff *skb)
{
	return anycast6_bloom_passes(rcu_dereference(router->addresses.bloom),
				     &ipv6_hdr(skb)->daddr);
}

struct anycast6_router *anycast6_router(struct anycast6_net *an);

void anycast6_router_steer(struct anycast6_net *an,
			   struct anycast6_group *group);
void anycast6_router_unsteer(struct anycast6_net *an);

#endif
