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

/* Never that of a route of the kernel's own in the table, which is 0: so none
 * of those is taken for ours. In a VRF, which has but one table, these come
 * before what is announced.
 */
#define ANYCAST6_ROUTE_METRIC	1

/**
 * anycast6_route_taken() - a metric that no route to an address may have
 * @vrf: interface index of the VRF that it is in, or 0
 *
 * Context: any.
 * Return: the metric, or 0 where there is none.
 */
static inline u32 anycast6_route_taken(u32 vrf)
{
	return vrf ? ANYCAST6_ROUTE_METRIC : 0;
}

/* So many answers fit into the socket's memory. */
#define ANYCAST6_ROUTE_CHANGES	64

/**
 * struct anycast6_route_change - one of several changes of routes
 * @addr: where it leads, network order
 * @ifindex: interface index of its device, 0 for none
 * @table: the table that it is in
 * @metric: its metric
 * @err: result: 0 or a negative errno, %-EEXIST if a route to be added was
 *       there, %-ESRCH if one to be deleted was not
 * @len: length of the prefix
 * @type: RTN_*
 * @protocol: who made it, RTPROT_*
 * @add: it is to be there, else not
 */
struct anycast6_route_change {
	struct in6_addr addr;
	u32 ifindex;
	u32 table;
	u32 metric;
	int err;
	u8 len;
	u8 type;
	u8 protocol;
	bool add;
};

u32 anycast6_route_table(struct anycast6_net *an, u32 ifindex, u32 table);
void anycast6_routes_change(struct anycast6_net *an,
			    struct anycast6_route_change *changes,
			    unsigned int n);
int anycast6_route_add(struct anycast6_net *an,
		       const struct anycast6_route *route);
int anycast6_route_del(struct anycast6_net *an,
		       const struct anycast6_route *route);
int anycast6_route_set_master(struct anycast6_net *an, u32 ifindex, u32 master);
void anycast6_route_close(struct anycast6_net *an);

#endif
