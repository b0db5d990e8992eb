/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets to addresses that have remote members, on their way.
 * Knows which member a packet goes to, not how members are kept.
 */
#ifndef ANYCAST6_STEER_H
#define ANYCAST6_STEER_H

struct net;

int anycast6_steer_hook(struct net *net);
void anycast6_steer_unhook(struct net *net);

#endif
