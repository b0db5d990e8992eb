/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to rtnetlink: routes to addresses, and a device's VRF.
 * Knows the messages, not why a route is wanted.
 */
#ifndef ANYCAST6_ROUTE_H
#define ANYCAST6_ROUTE_H

#include <linux/in6.h>

struct anycast6_net;

/**
 * struct anycast6_route - a host route in the table for local addresses
 * @type: RTN_LOCAL, RTN_ANYCAST or RTN_UNICAST
 * @addr: the address, network order
 * @ifindex: interface index of its device
 */
struct anycast6_route {
	u8 type;
	struct in6_addr addr;
	u32 ifindex;
};

int anycast6_route_add(struct anycast6_net *an,
		       const struct anycast6_route *route);
int anycast6_route_del(struct anycast6_net *an,
		       const struct anycast6_route *route);
int anycast6_route_set_master(struct anycast6_net *an, u32 ifindex, u32 master);
void anycast6_route_close(struct anycast6_net *an);

#endif
