/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPsec and packets that get another route on their way out.
 * Knows policies are to be asked again, not who chose the route.
 */
#ifndef ANYCAST6_IPSEC_H
#define ANYCAST6_IPSEC_H

#include <linux/types.h>

struct net;
struct sk_buff;
struct sock;

bool anycast6_ipsec_is_outside(const struct sk_buff *skb);
int anycast6_ipsec_lookup(struct net *net, struct sock *sk,
			  struct sk_buff *skb);

#endif
