/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Replies to other nodes' probes: how the members of this node are. Says
 * nothing of remote members; of this node's probes it knows those that come
 * back.
 */
#ifndef ANYCAST6_PROBE_REPLY_H
#define ANYCAST6_PROBE_REPLY_H

#include <linux/types.h>

struct anycast6_arrival;
struct anycast6_group;
struct anycast6_net;
struct anycast6_reply_budgets;
struct sk_buff;

void anycast6_probe_reply_init(struct anycast6_reply_budgets *budgets);
bool anycast6_probe_reply(struct anycast6_net *an,
			  const struct anycast6_group *group,
			  const struct anycast6_arrival *arrival);
void anycast6_probe_reply_absent(struct anycast6_net *an,
				 const struct anycast6_group *group,
				 struct sk_buff *skb);

#endif
