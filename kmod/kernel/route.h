/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to rtnetlink, by which modules can change routes and a device's VRF:
 * the functions behind it are not exported. Knows the messages, not why a route
 * is wanted.
 */
#ifndef ANYCAST6_ROUTE_H
#define ANYCAST6_ROUTE_H

#include <linux/in6.h>

struct anycast6_net;

/**
 * struct anycast6_route - a host route in the table for local addresses, or in
 * that of its device's VRF
 * @type: RTN_LOCAL, RTN_ANYCAST or RTN_UNICAST
 * @addr: the address, network order
 * @ifindex: interface index of its device
 * @mtu: the largest packet that it takes, 0 for that of its device
 */
struct anycast6_route {
	u8 type;
	struct in6_addr addr;
	u32 ifindex;
	u32 mtu;
};

/* Metric of struct anycast6_route. The kernel's own routes to local addresses
 * have metric 0, so none of them is taken for one of this module. In a VRF,
 * which has one table for all, these routes come before those that daemons see.
 */
#define ANYCAST6_ROUTE_METRIC	1

/**
 * anycast6_route_taken() - the metric that a daemon route to an address can't
 * have
 * @vrf: interface index of the VRF of the address, or 0
 *
 * Context: any.
 * Return: the metric, or 0 if it may have any.
 */
static inline u32 anycast6_route_taken(u32 vrf)
{
	return vrf ? ANYCAST6_ROUTE_METRIC : 0;
}

/* The answers to so many changes fit into the receive buffer of the socket. */
#define ANYCAST6_ROUTE_CHANGES	64

/**
 * struct anycast6_route_change - a route that is to be added or deleted
 * @addr: the destination, network order
 * @ifindex: interface index of its device, 0 for none
 * @table: number of the routing table
 * @metric: the metric
 * @mtu: the largest packet that it takes, 0 for that of its device
 * @err: result: 0 or a negative errno, %-EEXIST if a route to add was there,
 *       %-ESRCH if a route to delete was not
 * @len: length of the destination's prefix, 0 to 128
 * @type: RTN_*
 * @protocol: RTPROT_*; who made the route
 * @add: add the route, else delete it
 */
struct anycast6_route_change {
	struct in6_addr addr;
	u32 ifindex;
	u32 table;
	u32 metric;
	u32 mtu;
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
int anycast6_route_replace(struct anycast6_net *an,
			   const struct anycast6_route *route);
int anycast6_route_del(struct anycast6_net *an,
		       const struct anycast6_route *route);
int anycast6_route_set_master(struct anycast6_net *an, u32 ifindex, u32 master);
void anycast6_route_close(struct anycast6_net *an);

#endif
