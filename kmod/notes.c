// SPDX-License-Identifier: GPL-2.0
/*
 * Notes of who spoke first, this node or its peer, of flows that are not worth
 * more memory than that. Pure: knows hashes and seconds.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/kernel.h>

#include "notes.h"

#define TAG		GENMASK_ULL(63, 34)
/* this node opened the flow */
#define OWN		BIT_ULL(33)
/* it used it again after a while, and will again */
#define LASTING		BIT_ULL(32)
/* when, seconds; 0 is an empty place */
#define TIME		GENMASK_ULL(31, 0)

/* Seconds. Who polls, as NTP does every 64 at least, must be known by then. */
#define SHORT		180
#define LONG		7440
/* What comes again so much later is no burst. */
#define AGAIN		2

static u32 age_of(u64 slot, u32 now)
{
	s32 age = now - FIELD_GET(TIME, slot);

	/* another CPU may be a tick ahead */
	return max(age, 0);
}

static bool is_fresh(u64 slot, u32 now)
{
	return slot && age_of(slot, now) <= (slot & LASTING ? LONG : SHORT);
}

static u64 *find(struct anycast6_note_pair *pair, u32 tag, u32 now)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pair->slots); i++) {
		u64 slot = READ_ONCE(pair->slots[i]);

		if (!((slot ^ FIELD_PREP(TAG, tag)) & TAG) &&
		    is_fresh(slot, now))
			return &pair->slots[i];
	}
	return NULL;
}

/* A place to write to: an old one, else one that is not lasting, else the one
 * that was used less recently.
 */
static u64 *find_place(struct anycast6_note_pair *pair, u32 now)
{
	u64 a = READ_ONCE(pair->slots[0]), b = READ_ONCE(pair->slots[1]);

	if (is_fresh(a, now) != is_fresh(b, now))
		return &pair->slots[is_fresh(a, now)];
	if ((a ^ b) & LASTING)
		return &pair->slots[!!(a & LASTING)];
	return &pair->slots[age_of(b, now) > age_of(a, now)];
}

static void write(u64 *place, u32 tag, u64 flags, u32 now)
{
	WRITE_ONCE(*place, FIELD_PREP(TAG, tag) | flags |
			   FIELD_PREP(TIME, now));
}

/**
 * anycast6_note_read() - who spoke first
 * @pair: where the flow's notes are
 * @tag: 30 bits of the flow's hash
 * @now: seconds, not 0
 *
 * Context: any.
 */
enum anycast6_note anycast6_note_read(const struct anycast6_note_pair *pair,
				      u32 tag, u32 now)
{
	const u64 *place = find((struct anycast6_note_pair *)pair, tag, now);

	if (!place)
		return ANYCAST6_NOTE_NONE;
	return READ_ONCE(*place) & OWN ? ANYCAST6_NOTE_OWN :
					 ANYCAST6_NOTE_THEIRS;
}

/**
 * anycast6_note_came() - a packet of a flow came
 * @pair: where the flow's notes are
 * @tag: 30 bits of the flow's hash
 * @now: seconds, not 0
 *
 * What comes in a flow of this node's own, forged or not, keeps nothing alive.
 *
 * Context: any.
 */
void anycast6_note_came(struct anycast6_note_pair *pair, u32 tag, u32 now)
{
	u64 *place = find(pair, tag, now);

	if (place && (READ_ONCE(*place) & OWN || !age_of(*place, now)))
		return;
	write(place ? : find_place(pair, now), tag, 0, now);
}

/**
 * anycast6_note_went() - this node sent a packet of a flow
 * @pair: where the flow's notes are
 * @tag: 30 bits of the flow's hash
 * @now: seconds, not 0
 *
 * Context: any.
 */
void anycast6_note_went(struct anycast6_note_pair *pair, u32 tag, u32 now)
{
	u64 *place = find(pair, tag, now), slot;

	if (!place) {
		write(find_place(pair, now), tag, OWN, now);
		return;
	}
	slot = READ_ONCE(*place);
	if (!age_of(slot, now))
		return;
	if (slot & OWN && age_of(slot, now) >= AGAIN)
		slot |= LASTING;
	write(place, tag, slot & (OWN | LASTING), now);
}
