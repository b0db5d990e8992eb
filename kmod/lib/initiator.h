/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Initiators: whether a flow's peer spoke first, and whether it was answered. For
 * flows that are worth no more memory than 64 bits. Pure: knows hashes and ticks,
 * not flows.
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
/* enum anycast6_initiator */
#define ANYCAST6_INITIATOR_KIND	GENMASK_ULL(33, 32)
/* when it was used last, in ticks */
#define ANYCAST6_INITIATOR_TIME	GENMASK_ULL(31, 0)
/* a tick is 1 << SHIFT jiffies: half a second to a second */
#define ANYCAST6_INITIATOR_SHIFT	ilog2(HZ)
#define ANYCAST6_INITIATOR_TICKS(s)	((s) * HZ >> ANYCAST6_INITIATOR_SHIFT)

enum anycast6_initiator {
	/* the peer spoke first, and nothing was sent since it spoke last */
	ANYCAST6_INITIATOR_ASKED,
	/* the peer spoke first, and was answered */
	ANYCAST6_INITIATOR_ANSWERED,
	/* the same, and it asked an anycast address: it will do so again */
	ANYCAST6_INITIATOR_SERVED,
	/* this node opened the flow, as lib/opened.h knows; or its answers have
	 * their source whatever is known of it. Nothing but the fast path needs
	 * the slot
	 */
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

bool anycast6_initiator_waits(const struct anycast6_initiator_pair *pair,
			      u32 tag, u32 now, u32 most);
void anycast6_initiator_came(struct anycast6_initiator_pair *pair, u32 tag,
			     u32 now);
bool anycast6_initiator_went(struct anycast6_initiator_pair *pair, u32 tag,
			     u32 now);
void anycast6_initiator_set(struct anycast6_initiator_pair *pair, u32 tag,
			    enum anycast6_initiator kind, u32 now);
void anycast6_initiator_drop(struct anycast6_initiator_pair *pair, u32 tag,
			     u32 now);

/**
 * anycast6_initiator_is_new() - whether a flow's slot was written in this very
 * tick, so that one more packet would not change it
 * @pair: the pair that the flow's hash selects
 * @hash: a hash whose upper 30 bits are the flow's tag
 * @now: ticks
 * @out: this node sends the packet: the first answer of a tick changes the slot
 *
 * Most UDP packets pay for this and no more, so it must stay inline.
 *
 * Context: any.
 */
static __always_inline bool
anycast6_initiator_is_new(const struct anycast6_initiator_pair *pair, u64 hash,
			  u32 now, bool out)
{
	const u64 kind = ANYCAST6_INITIATOR_KIND;
	u64 wanted = (hash & ANYCAST6_INITIATOR_TAG) | kind | now;
	u64 a = READ_ONCE(pair->slots[0]), b = READ_ONCE(pair->slots[1]);

	BUILD_BUG_ON(ANYCAST6_INITIATOR_ASKED);
	if ((a | kind) == wanted)
		return !out || a & kind;
	return (b | kind) == wanted && (!out || b & kind);
}

#endif
