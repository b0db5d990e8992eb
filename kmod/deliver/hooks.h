/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks of packets to this node and of its answers, and what a namespace with
 * local members has for them. Knows when that comes and goes, not what packets meet.
 */
#ifndef ANYCAST6_DELIVER_HOOKS_H
#define ANYCAST6_DELIVER_HOOKS_H

struct anycast6_net;

int anycast6_host_get(struct anycast6_net *an);
void anycast6_host_put(struct anycast6_net *an);

#endif
