/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks of packets to addresses with remote members, and what a namespace has for
 * them. Knows when that comes and goes, not what packets meet.
 */
#ifndef ANYCAST6_STEER_HOOKS_H
#define ANYCAST6_STEER_HOOKS_H

struct anycast6_net;

int anycast6_router_get(struct anycast6_net *an);
void anycast6_router_put(struct anycast6_net *an);

#endif
