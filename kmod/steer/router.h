/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a namespace with remote members has, and others have not: which addresses
 * they are, and their flows. Knows nothing of packets.
 */
#ifndef ANYCAST6_ROUTER_H
#define ANYCAST6_ROUTER_H

#include <linux/netfilter.h>
#include <linux/workqueue.h>

#include "object/bloom_set.h"
#include "steer/flow.h"

struct anycast6_group;
struct anycast6_net;

enum anycast6_router_flags {
	/* there are flows whose member is gone */
	ANYCAST6_ROUTER_SWEEP,
};

/**
 * struct anycast6_router - a namespace with remote members
 * @an: the namespace, constant
 * @hooks: those of steer, which get the router with each packet
 * @users: remote members; an->lock
 * @addresses: the addresses that have some
 * @flows: which member each flow has
 * @flags: ANYCAST6_ROUTER_*; atomic
 * @ticks: how often @upkeep ran; itself alone
 * @upkeep: forgets idle flows, asks silent neighbours again
 */
struct anycast6_router {
	struct anycast6_net *an;
	struct nf_hook_ops hooks[2];
	unsigned int users;
	struct anycast6_bloom_set addresses;
	struct anycast6_flows flows;
	unsigned long flags;
	unsigned int ticks;
	struct delayed_work upkeep;
};

struct anycast6_router *anycast6_router(struct anycast6_net *an);
void anycast6_router_sweep(struct anycast6_net *an);

void anycast6_router_steer(struct anycast6_net *an,
			   struct anycast6_group *group);
void anycast6_router_unsteer(struct anycast6_net *an);

#endif
