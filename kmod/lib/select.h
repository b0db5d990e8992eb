/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of several members is nearest to a flow: select.c alone defines
 * "nearest". Pure: knows candidates, not members, no packet, no lock.
 */
#ifndef ANYCAST6_SELECT_H
#define ANYCAST6_SELECT_H

#include <linux/in6.h>
#include <linux/types.h>

#include "lib/addr.h"

/**
 * struct anycast6_candidate - what matters for the choice of a member
 * @area: the sources that it serves, NULL for all
 * @distance: metric of the way to it
 * @seed: what anycast6_select_seed() returned for it; the same on every node,
 *        if the member is known by a global address
 * @draining: it is chosen only where there is no other
 */
struct anycast6_candidate {
	const struct anycast6_prefix *area;
	u32 distance;
	u64 seed;
	bool draining;
};

/**
 * struct anycast6_rank - how near a candidate is to one flow
 * @draining: the candidate's
 * @local: it has an area, and the flow's source is in it
 * @distance: the candidate's
 * @weight: its draw for this flow
 */
struct anycast6_rank {
	bool draining;
	bool local;
	u32 distance;
	u64 weight;
};

bool anycast6_select_rank(const struct anycast6_candidate *candidate,
			  const struct in6_addr *source, u64 flow,
			  struct anycast6_rank *rank);
int anycast6_select_compare(const struct anycast6_rank *a,
			    const struct anycast6_rank *b);
u64 anycast6_select_seed(const struct in6_addr *addr, u32 ifindex);
u64 anycast6_select_flow(const struct in6_addr *source,
			 const struct in6_addr *destination, u32 ports,
			 u8 proto);
u64 anycast6_select_source(const struct in6_addr *source,
			   const struct in6_addr *destination);

#endif
