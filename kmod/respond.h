/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this node answers to probes of others: how its own members are.
 * Knows nothing of remote members, nor of its own probes.
 */
#ifndef ANYCAST6_RESPOND_H
#define ANYCAST6_RESPOND_H

#include <linux/spinlock.h>

#include "budget.h"

struct anycast6_group;
struct anycast6_net;
struct sk_buff;

/**
 * struct anycast6_responder - what a namespace may answer
 * @lock: protects the budgets
 * @errors: how many answers may be errors
 * @urgent: how many answers may go before other packets
 */
struct anycast6_responder {
	spinlock_t lock;	/* protects the budgets */
	struct anycast6_budget errors;
	struct anycast6_budget urgent;
};

void anycast6_responder_init(struct anycast6_responder *responder);
bool anycast6_respond(struct anycast6_net *an,
		      const struct anycast6_group *group, struct sk_buff *skb);
void anycast6_respond_absent(struct anycast6_net *an,
			     const struct anycast6_group *group,
			     struct sk_buff *skb);

#endif
