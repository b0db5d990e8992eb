/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The route of a table that a lookup has found. Knows one lookup at a time, not where
 * the route leads.
 */
#ifndef ANYCAST6_ROUTE_ORIGIN_H
#define ANYCAST6_ROUTE_ORIGIN_H

struct dst_entry;
struct fib6_info;
struct flowi6;
struct net;

struct fib6_info *anycast6_route_origin(struct net *net, struct flowi6 *fl6,
					const struct dst_entry *dst);

#endif
