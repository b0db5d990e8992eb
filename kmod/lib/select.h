/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of several members is nearest to a flow.
 * Pure: knows no member, no packet, no lock.
 */
#ifndef ANYCAST6_SELECT_H
#define ANYCAST6_SELECT_H

#include <linux/in6.h>
#include <linux/types.h>

#include "lib/addr.h"

/**
 * struct anycast6_candidate - what of a member matters for the choice
 * @area: the sources it serves, NULL for all
 * @distance: how far it is
 * @seed: tells it from the others in a draw; the same on every node
 * @draining: it is there for want of any other
 */
struct anycast6_candidate {
	const struct anycast6_prefix *area;
	u32 distance;
	u64 seed;
	bool draining;
};

/**
 * struct anycast6_rank - how a candidate does for one flow
 * @draining: any other is better
 * @local: it has an area, and the flow's source is in it
 * @distance: how far it is
 * @weight: what it drew
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

#endif
