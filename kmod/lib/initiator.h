/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notes of who spoke first, this node or its peer, of flows that are not worth
 * more memory than that. Pure: knows hashes and ticks.
 */
#ifndef ANYCAST6_INITIATOR_H
#define ANYCAST6_INITIATOR_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/types.h>

#define ANYCAST6_INITIATOR_TAG	GENMASK_ULL(63, 34)
/* this node opened the flow */
#define ANYCAST6_INITIATOR_OPENED	BIT_ULL(33)
/* it used it again after a while, and will again */
#define ANYCAST6_INITIATOR_LASTING	BIT_ULL(32)
/* when, in ticks of half a second to a second; a place of 0 is empty */
#define ANYCAST6_INITIATOR_TIME	GENMASK_ULL(31, 0)
/* how many bits jiffies have too many for a tick */
#define ANYCAST6_INITIATOR_SHIFT	ilog2(HZ)
#define ANYCAST6_INITIATOR_TICKS(s)	((s) * HZ >> ANYCAST6_INITIATOR_SHIFT)

enum anycast6_initiator {
	ANYCAST6_INITIATOR_NONE,
	/* the peer spoke first */
	ANYCAST6_INITIATOR_THEIRS,
	/* this node did */
	ANYCAST6_INITIATOR_OWN,
};

/**
 * struct anycast6_initiator_pair - where the notes of some flows share two places
 * @slots: packed notes; READ_ONCE(), a race loses one at most
 */
struct anycast6_initiator_pair {
	u64 slots[2];
};

enum anycast6_initiator
anycast6_initiator_read(const struct anycast6_initiator_pair *pair, u32 tag,
			u32 now);
void anycast6_initiator_came(struct anycast6_initiator_pair *pair, u32 tag,
			     u32 now);
void anycast6_initiator_went(struct anycast6_initiator_pair *pair, u32 tag,
			     u32 now);
void anycast6_initiator_drop(struct anycast6_initiator_pair *pair, u32 tag,
			     u32 now);

/**
 * anycast6_initiator_is_new() - whether a packet would leave a flow's note as it is
 * @pair: where the flow's notes are
 * @hash: bits that begin with its tag
 * @now: ticks
 *
 * Context: any.
 */
static inline bool
anycast6_initiator_is_new(const struct anycast6_initiator_pair *pair, u64 hash,
			  u32 now)
{
	const u64 kind = ANYCAST6_INITIATOR_OPENED | ANYCAST6_INITIATOR_LASTING;
	u64 wanted = (hash & ANYCAST6_INITIATOR_TAG) | kind | now;

	return (READ_ONCE(pair->slots[0]) | kind) == wanted ||
	       (READ_ONCE(pair->slots[1]) | kind) == wanted;
}

#endif
