/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPsec policies for packets that get another route on their way out.
 * Knows how policies are asked again, not who chose the route, or why.
 */
#ifndef ANYCAST6_IPSEC_H
#define ANYCAST6_IPSEC_H

#include <linux/types.h>

struct net;
struct sk_buff;
struct sock;

bool anycast6_ipsec_is_outside(const struct sk_buff *skb);
bool anycast6_ipsec_has_policies(const struct net *net);
int anycast6_ipsec_lookup(struct net *net, struct sock *sk,
			  struct sk_buff *skb);

#endif
