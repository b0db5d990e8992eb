/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routes of packets that no remote member gets: what the namespace's own say.
 * Knows nothing of members.
 */
#ifndef ANYCAST6_KERNEL_ROUTE_H
#define ANYCAST6_KERNEL_ROUTE_H

struct dst_entry;
struct net;
struct sk_buff;

struct dst_entry *anycast6_kernel_route(struct net *net, struct sk_buff *skb);

#endif
