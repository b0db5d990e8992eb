/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routes for packets that no remote member gets: those that the kernel itself
 * would use. Knows nothing of members.
 */
#ifndef ANYCAST6_KERNEL_ROUTE_H
#define ANYCAST6_KERNEL_ROUTE_H

#include <linux/types.h>

struct dst_entry;
struct flowi6;
struct net;
struct sk_buff;
struct sock;

void anycast6_kernel_route_key(struct net *net, struct sk_buff *skb,
			       struct flowi6 *fl6);
struct dst_entry *anycast6_kernel_route(struct net *net, struct sk_buff *skb);
bool anycast6_kernel_route_is_named(struct net *net, const struct sock *sk,
				    struct sk_buff *skb, u32 domain);

#endif
