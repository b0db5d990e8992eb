/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that have passed the filters on their way: what was decided about their
 * flows is remembered now. Knows where packets are seen again, not what a flow
 * remembers of them.
 */
#ifndef ANYCAST6_CONFIRM_H
#define ANYCAST6_CONFIRM_H

struct net;
struct nf_hook_state;
struct sk_buff;
struct sock;

int anycast6_confirm_send(struct net *net, struct sock *sk,
			  struct sk_buff *skb);
unsigned int anycast6_confirm_local_in(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state);

#endif
