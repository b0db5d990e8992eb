// SPDX-License-Identifier: GPL-2.0
/*
 * Which of several members is nearest to a flow: this file alone defines
 * "nearest". Pure: knows no member, no packet, no lock.
 */
#include <linux/siphash.h>

#include "lib/select.h"

/* Not secret: routers side by side must draw the same member for a flow. */
static const siphash_key_t draw_key = { .key = { 0x616e7963617374ULL, 6 } };

/* Every bit of the result depends on every bit of @x (the finaliser of
 * MurmurHash3).
 */
static u64 mix_bits(u64 x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	x ^= x >> 33;
	return x;
}

/**
 * anycast6_select_seed() - what stands for a member in draws
 * @addr: its unicast address, network order
 * @ifindex: its interface, where the address alone does not tell; else 0
 *
 * Context: any.
 */
u64 anycast6_select_seed(const struct in6_addr *addr, u32 ifindex)
{
	const struct {
		struct in6_addr addr;
		u64 ifindex;
	} member = { .addr = *addr, .ifindex = ifindex };

	return siphash(&member, sizeof(member), &draw_key);
}

/**
 * anycast6_select_flow() - what stands for a flow in draws
 * @source: network order
 * @destination: network order
 * @ports: both of them, 0 where there are none
 * @proto: IP protocol
 *
 * Context: any.
 */
u64 anycast6_select_flow(const struct in6_addr *source,
			 const struct in6_addr *destination, u32 ports,
			 u8 proto)
{
	const struct {
		struct in6_addr source;
		struct in6_addr destination;
		u32 ports;
		u32 proto;
	} flow = {
		.source = *source,
		.destination = *destination,
		.ports = ports,
		.proto = proto,
	};

	return siphash(&flow, sizeof(flow), &draw_key);
}

/**
 * anycast6_select_rank() - how a candidate does for a flow
 * @candidate: the candidate, which is up
 * @source: who sends the flow, network order
 * @flow: what anycast6_select_flow() made of it
 * @rank: result
 *
 * Context: any.
 * Return: false if it does not serve the source.
 */
bool anycast6_select_rank(const struct anycast6_candidate *candidate,
			  const struct in6_addr *source, u64 flow,
			  struct anycast6_rank *rank)
{
	rank->draining = candidate->draining;
	rank->local = candidate->area;
	if (candidate->area &&
	    !anycast6_prefix_contains(candidate->area, source))
		return false;
	rank->distance = candidate->distance;
	rank->weight = mix_bits(flow ^ candidate->seed);
	return true;
}

/**
 * anycast6_select_compare() - which of two is nearer
 * @a: how one does
 * @b: how the other does, for the same flow
 *
 * Who drains is farther than all who don't. A local node (RFC 4786 section
 * 4.4.4) is nearer than a global one, then the less distant; among equals the
 * higher draw: rendezvous hashing, in which a member that goes moves its own
 * flows and no others.
 *
 * Context: any.
 * Return: less than 0 if @a is nearer, more than 0 if @b is, 0 if even the draw
 * can't tell.
 */
int anycast6_select_compare(const struct anycast6_rank *a,
			    const struct anycast6_rank *b)
{
	if (a->draining != b->draining)
		return a->draining ? 1 : -1;
	if (a->local != b->local)
		return a->local ? -1 : 1;
	if (a->distance != b->distance)
		return a->distance < b->distance ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return 0;
}
