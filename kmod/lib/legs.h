/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The legs of a way, which are several equal routes to one target: which of them a
 * flow takes, and what is wrong if it can take none.
 * Pure: knows numbers of legs, no routes.
 */
#ifndef ANYCAST6_LEGS_H
#define ANYCAST6_LEGS_H

#include <linux/bits.h>
#include <linux/types.h>

struct anycast6_flow_key;

/* Flows are shared out to so many buckets, and each bucket has one leg: a leg with
 * twice the weight has twice as many of them.
 */
#define ANYCAST6_LEGS_BITS	5
#define ANYCAST6_LEGS_BUCKETS	BIT(ANYCAST6_LEGS_BITS)

/* No more than there are buckets; a set of legs is a u32. */
#define ANYCAST6_LEGS_MAX	ANYCAST6_LEGS_BUCKETS

/* in place of the number of a leg: there is none */
#define ANYCAST6_LEGS_NONE	0xff

u32 anycast6_legs_hash(unsigned int bucket);
u64 anycast6_legs_draw(const struct anycast6_flow_key *key, bool by_ports,
		       u32 seed);
u8 anycast6_legs_pick(const u8 *buckets, u64 draw, u32 living);
u8 anycast6_legs_turn(u32 number, u32 living, unsigned int n);
u8 anycast6_legs_reason(const u8 *reasons, unsigned int n);

/**
 * anycast6_legs_first() - which leg a flow takes if all of them live
 * @buckets: the leg of each bucket
 * @draw: what anycast6_legs_draw() returned for the flow
 *
 * Context: any.
 * Return: number of the leg, or %ANYCAST6_LEGS_NONE if the bucket has none.
 */
static inline u8 anycast6_legs_first(const u8 *buckets, u64 draw)
{
	/* the upper bits are the better ones */
	return buckets[draw >> (64 - ANYCAST6_LEGS_BITS)];
}

#endif
