// SPDX-License-Identifier: GPL-2.0
/*
 * The legs of a way, which are several equal routes to one target: which of them a
 * flow takes, and what is wrong if it can take none.
 * Pure: knows numbers of legs, no routes.
 */
#include <linux/bitops.h>
#include <linux/in6.h>

#include <uapi/linux/anycast6.h>

#include "lib/hash.h"
#include "lib/legs.h"
#include "lib/packet.h"

/* How many bits the hash has by which the kernel shares out flows to equal routes. */
#define KERNEL_BITS	31

/* A flow whose leg is dead draws again so many times. Then it takes the next leg
 * that lives.
 */
#define DRAWS	8

/* Odd, and such that its multiples are spread well by the remainder of a division
 * by any usual number.
 */
#define SCATTER	0xa969u

/**
 * anycast6_legs_hash() - the hash that stands for a bucket in the kernel's own choice
 * among equal routes
 * @bucket: number of the bucket
 *
 * The kernel gives each route a part of all hashes, by its weight; so this one is in
 * the middle of the bucket's part. Of a resilient group of nexthops the kernel takes
 * the remainder of the hash instead: the lowest 16 bits are for that.
 *
 * Context: any.
 * Return: the hash, never 0: the kernel would make one by itself.
 */
u32 anycast6_legs_hash(unsigned int bucket)
{
	u32 part = BIT(KERNEL_BITS - ANYCAST6_LEGS_BITS);

	return bucket * part + part / 2 + (bucket * SCATTER & 0xffff);
}

/**
 * anycast6_legs_draw() - make the number by which a flow gets its leg
 * @key: the flow
 * @by_ports: its ports count. They must not where a packet may be a fragment: only
 *            the first has ports, and all are to go the same way
 * @seed: of the namespace
 *
 * Nobody outside can foretell it, and it is independent of the draw that chooses the
 * member: else all flows of a member might have the same leg.
 *
 * Context: any.
 * Return: the number, the same for all packets of the flow.
 */
u64 anycast6_legs_draw(const struct anycast6_flow_key *key, bool by_ports,
		       u32 seed)
{
	const struct anycast6_hash_secret *secret = &anycast6_hash_common;
	const u32 *from = (const u32 *)&key->source;
	const u32 *to = (const u32 *)&key->destination;
	u32 ports = 0, proto = 0;
	u64 sum;

	if (by_ports) {
		ports = (u32)ntohs(key->sport) << 16 | ntohs(key->dport);
		proto = key->proto;
	}
	sum = anycast6_hash_pair(secret, from[0] + seed, from[1], 0) +
	      anycast6_hash_pair(secret, from[2] + seed, from[3], 2) +
	      anycast6_hash_pair(secret, to[0], to[1], 4) +
	      anycast6_hash_pair(secret, to[2], to[3], 6) +
	      anycast6_hash_pair(secret, ports + seed, proto, 8);
	return anycast6_hash_end(sum);
}

static bool is_living(u8 leg, u32 living)
{
	return leg < ANYCAST6_LEGS_MAX && living & BIT(leg);
}

/**
 * anycast6_legs_pick() - which leg a flow takes
 * @buckets: the leg of each bucket
 * @draw: what anycast6_legs_draw() returned for the flow
 * @living: set of the legs that can be taken
 *
 * A leg that dies moves its own flows, and no others; these are shared out to those
 * that live, by their weights. When it lives again they come back.
 *
 * Context: any.
 * Return: number of the leg, or %ANYCAST6_LEGS_NONE if no bucket has one that lives.
 */
u8 anycast6_legs_pick(const u8 *buckets, u64 draw, u32 living)
{
	unsigned int i;
	u8 leg;

	for (i = 0; i < DRAWS; i++) {
		leg = anycast6_legs_first(buckets, draw);
		if (is_living(leg, living))
			return leg;
		draw = anycast6_hash_end(draw);
	}
	for (i = 0; i < ANYCAST6_LEGS_BUCKETS; i++)
		if (is_living(buckets[i], living))
			return buckets[i];
	return ANYCAST6_LEGS_NONE;
}

/**
 * anycast6_legs_turn() - which leg is next, of all in turn
 * @number: how many were before
 * @living: set of the legs that live
 * @n: how many legs there are, at least 1
 *
 * Context: any.
 * Return: number of the leg: one that lives, or any if none does.
 */
u8 anycast6_legs_turn(u32 number, u32 living, unsigned int n)
{
	unsigned int i;

	if (!living)
		return number % n;
	number %= hweight32(living);
	for (i = 0; i < n; i++)
		if (living & BIT(i) && !number--)
			return i;
	return 0;
}

/* How much is missing to a leg: the less, the more it tells of the target. */
static unsigned int weigh_reason(u8 reason)
{
	switch (reason) {
	case 0:
		return 0;
	case ANYCAST6_REASON_NEIGHBOUR:
		return 1;
	case ANYCAST6_REASON_LINK:
		return 2;
	case ANYCAST6_REASON_ADMIN:
		return 3;
	}
	return 4;
}

/**
 * anycast6_legs_reason() - why a target can't be reached by any of its legs
 * @reasons: of each leg, why it can't be taken, enum anycast6_reason, or 0
 * @n: how many legs there are
 *
 * If they differ it is the reason of the leg to which least is missing: a neighbour
 * that does not answer comes before a link without carrier, and that before a device
 * that is down.
 *
 * Context: any.
 * Return: enum anycast6_reason, or 0 if one of them can be taken.
 */
u8 anycast6_legs_reason(const u8 *reasons, unsigned int n)
{
	u8 least = ANYCAST6_REASON_ROUTE;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (weigh_reason(reasons[i]) < weigh_reason(least))
			least = reasons[i];
	return least;
}
