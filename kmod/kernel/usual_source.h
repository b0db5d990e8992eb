/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Usual sources: which source address the kernel itself gives a packet. Knows
 * routes and addresses, not what the packet is.
 */
#ifndef ANYCAST6_USUAL_SOURCE_H
#define ANYCAST6_USUAL_SOURCE_H

#include <linux/types.h>

struct dst_entry;
struct in6_addr;
struct net;
struct sk_buff;
struct sock;

bool anycast6_usual_source(struct net *net, const struct dst_entry *dst,
			   const struct in6_addr *daddr, unsigned int prefs,
			   struct in6_addr *source);
bool anycast6_usual_source_is(struct net *net, const struct sock *sk,
			      const struct sk_buff *skb);

#endif
