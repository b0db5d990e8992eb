/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel holds for equal routes: siblings in a table, and nexthops of a
 * group. Knows that there are others, not which of them a packet gets.
 */
#ifndef ANYCAST6_EQUAL_ROUTES_H
#define ANYCAST6_EQUAL_ROUTES_H

#include <linux/types.h>

struct dst_entry;
struct fib6_info;
struct in6_addr;

/**
 * struct anycast6_hop_visitor - who is told gateways
 * @visit: is called for each: its address, network order, and the interface index
 *         of its link; under RCU
 * @arg: what @visit gets beside that
 */
struct anycast6_hop_visitor {
	void (*visit)(const struct in6_addr *gateway, u32 ifindex, void *arg);
	void *arg;
};

unsigned long anycast6_equal_routes_stamp(const struct fib6_info *from);
bool anycast6_equal_routes_have(const struct dst_entry *dst,
				const struct in6_addr *gateway, u32 ifindex);
void anycast6_equal_routes_tell(const struct dst_entry *dst,
				struct anycast6_hop_visitor *visitor);

#endif
