/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The route of this node's own packets to an address with remote members, by
 * which they find to the hook that steers them. Knows the states of members, not
 * how they are decided.
 */
#ifndef ANYCAST6_OWN_ROUTE_H
#define ANYCAST6_OWN_ROUTE_H

struct anycast6_group;
struct anycast6_net;

void anycast6_own_route_drop(struct anycast6_net *an,
			     struct anycast6_group *group);
int anycast6_own_route_settle(struct anycast6_net *an,
			      struct anycast6_group *group);

#endif
