/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copies of routes: in no table, and cut off when they are not to be used any more.
 * Knows one route at a time, not where it leads.
 */
#ifndef ANYCAST6_ROUTE_COPY_H
#define ANYCAST6_ROUTE_COPY_H

#include <linux/types.h>

struct dst_entry;
struct fib6_info;
struct net;

struct dst_entry *anycast6_route_copy_make(struct net *net,
					   const struct dst_entry *dst,
					   struct fib6_info *from);
bool anycast6_route_copy_is_of(const struct dst_entry *copy,
			       const struct dst_entry *dst,
			       const struct fib6_info *from);
bool anycast6_route_copy_is_held(struct dst_entry *copy);
void anycast6_route_copy_disown(struct dst_entry *copy);
void anycast6_route_copy_end(struct dst_entry *copy);

#endif
