/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks for packets to addresses with remote members: they get the route to
 * the chosen member, their destination stays. Knows which packets are steered,
 * not how a member is chosen, or how flows are kept.
 */
#ifndef ANYCAST6_STEER_H
#define ANYCAST6_STEER_H

#include <linux/types.h>

struct anycast6_router;
struct net_device;
struct sk_buff;

int anycast6_steer_hook(struct anycast6_router *router);
void anycast6_steer_unhook(struct anycast6_router *router);
bool anycast6_steer_stray(struct net_device *dev, struct sk_buff *skb);

#endif
