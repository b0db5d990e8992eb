/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets of this node to addresses with remote members: they get the route to
 * the chosen member when they leave, and so does what the module's own device is
 * sent. Knows which packets are steered, not how a member is chosen.
 */
#ifndef ANYCAST6_OUTGOING_H
#define ANYCAST6_OUTGOING_H

#include <linux/types.h>

struct net_device;
struct nf_hook_state;
struct sk_buff;

unsigned int anycast6_outgoing_local_out(void *priv, struct sk_buff *skb,
					 const struct nf_hook_state *state);
bool anycast6_outgoing_stray(struct net_device *dev, struct sk_buff *skb);

#endif
