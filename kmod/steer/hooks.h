/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state that a namespace needs to steer, its hooks, and its upkeep. Knows
 * when these come and go, not what a hook does.
 */
#ifndef ANYCAST6_STEER_HOOKS_H
#define ANYCAST6_STEER_HOOKS_H

struct anycast6_net;

int anycast6_router_get(struct anycast6_net *an);
void anycast6_router_put(struct anycast6_net *an);
void anycast6_router_end(struct anycast6_net *an);
void anycast6_router_work(struct work_struct *work);

#endif
