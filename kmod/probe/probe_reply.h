/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this node answers to probes of others: how its own members are.
 * Knows nothing of remote members, nor of its own probes.
 */
#ifndef ANYCAST6_PROBE_REPLY_H
#define ANYCAST6_PROBE_REPLY_H

#include <linux/spinlock.h>

#include "lib/budget.h"

struct anycast6_group;
struct anycast6_net;
struct sk_buff;

void anycast6_responder_init(struct anycast6_responder *responder);
bool anycast6_respond(struct anycast6_net *an,
		      const struct anycast6_group *group, struct sk_buff *skb);
void anycast6_respond_absent(struct anycast6_net *an,
			     const struct anycast6_group *group,
			     struct sk_buff *skb);

#endif
