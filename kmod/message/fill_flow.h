/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Puts flows into netlink messages, for dumps, events and explain alike. Knows
 * the attributes, not when a message is sent.
 */
#ifndef ANYCAST6_FILL_FLOW_H
#define ANYCAST6_FILL_FLOW_H

struct anycast6_flow;
struct anycast6_flow_key;
struct anycast6_member;
struct sk_buff;

int anycast6_fill_flow_key(struct sk_buff *skb,
			   const struct anycast6_flow_key *key);
int anycast6_fill_flow_ports(struct sk_buff *skb,
			     const struct anycast6_flow_key *key);
int anycast6_fill_flow(struct sk_buff *skb, const struct anycast6_flow *flow,
		       const struct anycast6_member *member);

#endif
