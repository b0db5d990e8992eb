/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks for packets that come in to addresses with remote members: they get
 * the route to the chosen member, their destination stays. Knows which packets
 * are steered, not how a member is chosen, or what a flow remembers.
 */
#ifndef ANYCAST6_STEER_H
#define ANYCAST6_STEER_H

struct anycast6_router;
struct net;
struct sk_buff;

unsigned int anycast6_steer_input(struct anycast6_router *router,
				  struct sk_buff *skb, struct net *net);
int anycast6_steer_hook(struct anycast6_router *router);
void anycast6_steer_unhook(struct anycast6_router *router);

#endif
