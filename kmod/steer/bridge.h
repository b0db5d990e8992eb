/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that come by a bridge while br_netfilter is loaded: they pass the hooks
 * of PRE_ROUTING in the bridge, where they can't get a route, and not again when
 * they come up from it. Knows how they are met, not how they are steered.
 */
#ifndef ANYCAST6_BRIDGE_H
#define ANYCAST6_BRIDGE_H

struct anycast6_router;

void anycast6_bridge_note(struct anycast6_router *router);
void anycast6_bridge_follow(struct anycast6_router *router);
void anycast6_bridge_unhook(struct anycast6_router *router);

#endif
