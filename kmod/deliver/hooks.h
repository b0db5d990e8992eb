/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks for packets to this node and for its answers, and the state that
 * they need. Knows when these come and go, not what a hook does.
 */
#ifndef ANYCAST6_DELIVER_HOOKS_H
#define ANYCAST6_DELIVER_HOOKS_H

struct anycast6_net;

int anycast6_host_get(struct anycast6_net *an);
void anycast6_host_put(struct anycast6_net *an);

#endif
