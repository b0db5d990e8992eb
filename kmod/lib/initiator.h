/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Initiators: who opened a flow, this node or its peer. For flows that are
 * worth no more memory than 64 bits. Pure: knows hashes and ticks, not flows.
 */
#ifndef ANYCAST6_INITIATOR_H
#define ANYCAST6_INITIATOR_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/types.h>

/* What a slot has; a slot of 0 is empty. anycast6_initiator_is_new() relies on
 * the tag being in the upper bits, and the time in the lowest.
 */
#define ANYCAST6_INITIATOR_TAG	GENMASK_ULL(63, 34)
/* this node opened the flow */
#define ANYCAST6_INITIATOR_OPENED	BIT_ULL(33)
/* this node used the flow again after a while, and probably will again */
#define ANYCAST6_INITIATOR_LASTING	BIT_ULL(32)
/* when it was used last, in ticks */
#define ANYCAST6_INITIATOR_TIME	GENMASK_ULL(31, 0)
/* a tick is 1 << SHIFT jiffies: half a second to a second */
#define ANYCAST6_INITIATOR_SHIFT	ilog2(HZ)
#define ANYCAST6_INITIATOR_TICKS(s)	((s) * HZ >> ANYCAST6_INITIATOR_SHIFT)

enum anycast6_initiator {
	/* not known, or known no longer */
	ANYCAST6_INITIATOR_NONE,
	/* the peer opened the flow */
	ANYCAST6_INITIATOR_THEIRS,
	/* this node opened the flow */
	ANYCAST6_INITIATOR_OWN,
};

/**
 * struct anycast6_initiator_pair - two slots, shared by flows of similar hashes
 * @slots: ANYCAST6_INITIATOR_*; READ_ONCE(), without a lock: a race loses one
 *         flow at most
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
 * anycast6_initiator_is_new() - whether a flow's slot was written in this very
 * tick, so that one more packet would not change it
 * @pair: the pair that the flow's hash selects
 * @hash: a hash whose upper 30 bits are the flow's tag
 * @now: ticks
 *
 * Most UDP packets pay for this and no more, so it must stay inline.
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
