/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel holds for equal routes: siblings in a table, and nexthops of a
 * group. Knows that there are others, not which of them a packet gets.
 */
#ifndef ANYCAST6_EQUAL_ROUTES_H
#define ANYCAST6_EQUAL_ROUTES_H

#include <linux/types.h>

struct dst_entry;
struct in6_addr;

unsigned long anycast6_equal_routes_stamp(const struct dst_entry *dst);
bool anycast6_equal_routes_have(const struct dst_entry *dst,
				const struct in6_addr *gateway, u32 ifindex);

#endif
