/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The neighbours that lead to next hops, and whether they answer.
 * Knows neighbours; is told the route to a next hop, and does not look it up.
 */
#ifndef ANYCAST6_NEIGHBOUR_H
#define ANYCAST6_NEIGHBOUR_H

#include <linux/types.h>

struct anycast6_net;
struct anycast6_nexthop;
struct anycast6_nexthops;
struct dst_entry;
struct in6_addr;
struct neighbour;

/* Failed neighbours are solicited again after a second, then more rarely. */
#define ANYCAST6_PATIENCE_MIN	((unsigned long)HZ)

void anycast6_neighbour_set(struct anycast6_nexthops *nexthops,
			    struct anycast6_nexthop *nexthop,
			    const struct in6_addr *addr, u32 ifindex);
void anycast6_neighbour_follow(struct anycast6_nexthops *nexthops,
			       struct anycast6_nexthop *nexthop,
			       const struct dst_entry *dst);
void anycast6_neighbour_changed(struct anycast6_net *an,
				const struct neighbour *neighbour);
void anycast6_neighbours_solicit(struct anycast6_net *an);

#endif
