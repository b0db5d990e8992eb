/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A look at the way to a next hop: its routes, their carriers and neighbours, and
 * what of it is otherwise than before. Does not know who uses the next hop.
 */
#ifndef ANYCAST6_OUTLOOK_H
#define ANYCAST6_OUTLOOK_H

#include <linux/types.h>

struct anycast6_net;
struct anycast6_nexthop;

/**
 * struct anycast6_outlook - what there is to know of a next hop
 * @reason: why it can't be reached, enum anycast6_reason, or 0
 * @direct: there is no gateway on the way
 * @lost: a leg has died since the last time
 * @legs: how many equal routes lead there
 * @living: how many of them packets can take
 * @distance: the metric of these routes
 * @mtu: the largest packet that all of them take
 */
struct anycast6_outlook {
	u8 reason;
	bool direct;
	bool lost;
	u8 legs;
	u8 living;
	u32 distance;
	u32 mtu;
};

bool anycast6_outlook_take(struct anycast6_net *an,
			   struct anycast6_nexthop *nexthop,
			   struct anycast6_outlook *outlook);
unsigned int anycast6_outlook_compare(const struct anycast6_outlook *outlook,
				      const struct anycast6_nexthop *nexthop);

#endif
