// SPDX-License-Identifier: GPL-2.0
/*
 * Initiators: whether a flow's peer spoke first, and whether it was answered. For
 * flows that are worth no more memory than 64 bits. Pure: knows hashes and ticks,
 * not flows.
 */
#include <linux/bitfield.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>

#include "lib/initiator.h"

#define SHORT		ANYCAST6_INITIATOR_TICKS(180)
/* A client that registers at an anycast address may be called much later. */
#define LONG		ANYCAST6_INITIATOR_TICKS(7440)

static u32 age_of(u64 slot, u32 now)
{
	s32 age = now - FIELD_GET(ANYCAST6_INITIATOR_TIME, slot);

	/* another CPU may be a tick ahead */
	return max(age, 0);
}

static enum anycast6_initiator slot_kind(u64 slot)
{
	return FIELD_GET(ANYCAST6_INITIATOR_KIND, slot);
}

static bool is_served(u64 slot)
{
	return slot_kind(slot) == ANYCAST6_INITIATOR_SERVED;
}

static bool is_fresh(u64 slot, u32 now)
{
	return slot && age_of(slot, now) <= (is_served(slot) ? LONG : SHORT);
}

static u64 *find_initiator(struct anycast6_initiator_pair *pair, u32 tag,
			   u32 now)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pair->slots); i++) {
		u64 slot = READ_ONCE(pair->slots[i]);

		if (FIELD_GET(ANYCAST6_INITIATOR_TAG, slot) == tag &&
		    is_fresh(slot, now))
			return &pair->slots[i];
	}
	return NULL;
}

/* The slot to overwrite: one that is too old, else one of a flow that was not
 * served, else the older one.
 */
static u64 *find_place(struct anycast6_initiator_pair *pair, u32 now)
{
	u64 a = READ_ONCE(pair->slots[0]), b = READ_ONCE(pair->slots[1]);

	if (is_fresh(a, now) != is_fresh(b, now))
		return &pair->slots[is_fresh(a, now)];
	if (is_served(a) != is_served(b))
		return &pair->slots[is_served(a)];
	return &pair->slots[age_of(b, now) > age_of(a, now)];
}

static void write_initiator(u64 *place, u32 tag, enum anycast6_initiator kind,
			    u32 now)
{
	WRITE_ONCE(*place, FIELD_PREP(ANYCAST6_INITIATOR_TAG, tag) |
			   FIELD_PREP(ANYCAST6_INITIATOR_KIND, kind) |
			   FIELD_PREP(ANYCAST6_INITIATOR_TIME, now));
}

/**
 * anycast6_initiator_waits() - whether a peer waits for an answer
 * @pair: the pair that the flow's hash selects
 * @tag: 30 other bits of the flow's hash
 * @now: ticks
 * @most: for how long a peer waits, ticks
 *
 * Context: any.
 */
bool anycast6_initiator_waits(const struct anycast6_initiator_pair *pair,
			      u32 tag, u32 now, u32 most)
{
	const u64 *place;
	u64 slot;

	place = find_initiator((struct anycast6_initiator_pair *)pair, tag,
			       now);
	if (!place)
		return false;
	slot = READ_ONCE(*place);
	return slot_kind(slot) == ANYCAST6_INITIATOR_ASKED &&
	       age_of(slot, now) <= most;
}

/**
 * anycast6_initiator_came() - a packet of a flow came that this node did not open
 * @pair: the pair that the flow's hash selects
 * @tag: 30 other bits of the flow's hash
 * @now: ticks
 *
 * Context: any.
 */
void anycast6_initiator_came(struct anycast6_initiator_pair *pair, u32 tag,
			     u32 now)
{
	enum anycast6_initiator kind = ANYCAST6_INITIATOR_ASKED;
	u64 *place = find_initiator(pair, tag, now), slot;

	if (place) {
		slot = READ_ONCE(*place);
		if (is_served(slot))
			kind = ANYCAST6_INITIATOR_SERVED;
		if (slot_kind(slot) == kind && !age_of(slot, now))
			return;
	}
	write_initiator(place ? : find_place(pair, now), tag, kind, now);
}

/**
 * anycast6_initiator_went() - this node sent a packet of a flow
 * @pair: the pair that the flow's hash selects
 * @tag: 30 other bits of the flow's hash
 * @now: ticks
 *
 * Context: any.
 * Return: true if it is an answer: the peer spoke first.
 */
bool anycast6_initiator_went(struct anycast6_initiator_pair *pair, u32 tag,
			     u32 now)
{
	u64 *place = find_initiator(pair, tag, now), slot;
	enum anycast6_initiator kind;

	if (!place)
		return false;
	slot = READ_ONCE(*place);
	kind = slot_kind(slot);
	if (kind == ANYCAST6_INITIATOR_OWN)
		return false;
	if (kind == ANYCAST6_INITIATOR_ASKED)
		kind = ANYCAST6_INITIATOR_ANSWERED;
	if (slot_kind(slot) != kind || age_of(slot, now))
		write_initiator(place, tag, kind, now);
	return true;
}

/**
 * anycast6_initiator_set() - say what is known of a flow
 * @pair: the pair that the flow's hash selects
 * @tag: 30 other bits of the flow's hash
 * @kind: what is known
 * @now: ticks
 *
 * Context: any.
 */
void anycast6_initiator_set(struct anycast6_initiator_pair *pair, u32 tag,
			    enum anycast6_initiator kind, u32 now)
{
	u64 *place = find_initiator(pair, tag, now);

	write_initiator(place ? : find_place(pair, now), tag, kind, now);
}

/**
 * anycast6_initiator_drop() - forget who opened a flow
 * @pair: the pair that the flow's hash selects
 * @tag: 30 other bits of the flow's hash
 * @now: ticks
 *
 * Context: any.
 */
void anycast6_initiator_drop(struct anycast6_initiator_pair *pair, u32 tag,
			     u32 now)
{
	u64 *place = find_initiator(pair, tag, now);

	if (place)
		WRITE_ONCE(*place, 0);
}
