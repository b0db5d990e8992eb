// SPDX-License-Identifier: GPL-2.0
/*
 * Which of several members is nearest to a flow: this file alone defines
 * "nearest". Pure: knows candidates, not members, no packet, no lock.
 */
#include <linux/siphash.h>

#include "lib/select.h"

/* Not secret: routers side by side must draw the same member for a flow. What
 * is hashed with this key, and how, must not change: nodes with different
 * versions of the module would draw, and elect, different members.
 */
static const siphash_key_t draw_key = { .key = { 0x616e7963617374ULL, 6 } };

/* The finaliser of MurmurHash3: every bit of the result depends on every bit of
 * @x.
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
 * anycast6_select_seed() - make the number that stands for a member in draws
 * @addr: its unicast address, network order; the unspecified one for a local
 *        member
 * @ifindex: interface index of its device, where @addr does not tell members
 *           apart (unspecified or link-local); else 0, as other nodes have
 *           other numbers for the same device
 *
 * Context: any.
 * Return: the seed.
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
 * anycast6_select_flow() - make the number that stands for a flow in draws
 * @source: network order
 * @destination: network order
 * @ports: both ports, the source's in the upper half, host order; 0 without
 *         ports
 * @proto: IP protocol
 *
 * It decides elections between members on one link, too
 * (anycast6_rival_is_before() in probe/rival.c).
 *
 * Context: any.
 * Return: a number that is the same on all nodes.
 */
u64 anycast6_select_flow(const struct in6_addr *source,
			 const struct in6_addr *destination, u32 ports,
			 u8 proto)
{
	const struct {
		struct in6_addr source;
		struct in6_addr destination;
		__le32 ports;
		__le32 proto;
	} flow = {
		.source = *source,
		.destination = *destination,
		.ports = cpu_to_le32(ports),
		.proto = cpu_to_le32(proto),
	};

	return siphash(&flow, sizeof(flow), &draw_key);
}

/**
 * anycast6_select_source() - make the number that stands in draws for all that a
 * source sends to a destination
 * @source: network order
 * @destination: network order
 *
 * Context: any.
 * Return: a number that is the same on all nodes.
 */
u64 anycast6_select_source(const struct in6_addr *source,
			   const struct in6_addr *destination)
{
	/* no flow has this protocol */
	return anycast6_select_flow(source, destination, 0, 0);
}

/**
 * anycast6_select_rank() - rank a candidate for a flow
 * @candidate: the candidate, which is up or drains
 * @source: who sends the flow, network order
 * @flow: what anycast6_select_flow() returned for the flow
 * @rank: result
 *
 * Context: any.
 * Return: false if the candidate does not serve the source.
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
 * anycast6_select_compare() - which of two candidates is nearer to a flow
 * @a: rank of one candidate
 * @b: rank of the other, for the same flow
 *
 * A candidate that drains is farther than all that do not. Then a local node
 * (RFC 4786 section 4.4.4) is nearer than a global one, then the less distant
 * one. Among equals it is the one with the higher draw. This is rendezvous
 * hashing: a member that goes moves its own flows, and no others.
 *
 * Context: any.
 * Return: less than 0 if @a is nearer, more than 0 if @b is, 0 if even their
 * draws are equal.
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
