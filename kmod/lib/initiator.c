// SPDX-License-Identifier: GPL-2.0
/*
 * Initiators: who opened a flow, this node or its peer. For flows that are
 * worth no more memory than 64 bits. Pure: knows hashes and ticks, not flows.
 */
#include <linux/bitfield.h>
#include <linux/kernel.h>

#include "lib/initiator.h"

/* A client that polls, as NTP does first after 64 s, uses its flow again within
 * SHORT: the flow is lasting then, and kept for LONG.
 */
#define SHORT		ANYCAST6_INITIATOR_TICKS(180)
#define LONG		ANYCAST6_INITIATOR_TICKS(7440)
/* A flow that is used again after that long is more than one burst. */
#define AGAIN		ANYCAST6_INITIATOR_TICKS(2)

static u32 age_of(u64 slot, u32 now)
{
	s32 age = now - FIELD_GET(ANYCAST6_INITIATOR_TIME, slot);

	/* another CPU may be a tick ahead */
	return max(age, 0);
}

static bool is_fresh(u64 slot, u32 now)
{
	u32 most = slot & ANYCAST6_INITIATOR_LASTING ? LONG : SHORT;

	return slot && age_of(slot, now) <= most;
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

/* The slot to overwrite: one that is too old, else one that is not lasting,
 * else the older one.
 */
static u64 *find_place(struct anycast6_initiator_pair *pair, u32 now)
{
	u64 a = READ_ONCE(pair->slots[0]), b = READ_ONCE(pair->slots[1]);

	if (is_fresh(a, now) != is_fresh(b, now))
		return &pair->slots[is_fresh(a, now)];
	if ((a ^ b) & ANYCAST6_INITIATOR_LASTING)
		return &pair->slots[!!(a & ANYCAST6_INITIATOR_LASTING)];
	return &pair->slots[age_of(b, now) > age_of(a, now)];
}

static void write_initiator(u64 *place, u32 tag, u64 flags, u32 now)
{
	WRITE_ONCE(*place, FIELD_PREP(ANYCAST6_INITIATOR_TAG, tag) | flags |
			   FIELD_PREP(ANYCAST6_INITIATOR_TIME, now));
}

/**
 * anycast6_initiator_read() - who opened a flow
 * @pair: the pair that the flow's hash selects
 * @tag: 30 other bits of the flow's hash
 * @now: ticks
 *
 * Context: any.
 * Return: who opened it, or %ANYCAST6_INITIATOR_NONE if that is not known.
 */
enum anycast6_initiator
anycast6_initiator_read(const struct anycast6_initiator_pair *pair, u32 tag,
			u32 now)
{
	const u64 *place;

	place = find_initiator((struct anycast6_initiator_pair *)pair, tag,
			       now);
	if (!place)
		return ANYCAST6_INITIATOR_NONE;
	return READ_ONCE(*place) & ANYCAST6_INITIATOR_OPENED ?
	       ANYCAST6_INITIATOR_OWN : ANYCAST6_INITIATOR_THEIRS;
}

/**
 * anycast6_initiator_came() - a packet of a flow came
 * @pair: the pair that the flow's hash selects
 * @tag: 30 other bits of the flow's hash
 * @now: ticks
 *
 * It does not refresh a flow that this node opened: the packet may be forged.
 *
 * Context: any.
 */
void anycast6_initiator_came(struct anycast6_initiator_pair *pair, u32 tag,
			     u32 now)
{
	u64 *place = find_initiator(pair, tag, now);

	if (place && (READ_ONCE(*place) & ANYCAST6_INITIATOR_OPENED ||
		      !age_of(*place, now)))
		return;
	write_initiator(place ? : find_place(pair, now), tag, 0, now);
}

/**
 * anycast6_initiator_went() - this node sent a packet of a flow
 * @pair: the pair that the flow's hash selects
 * @tag: 30 other bits of the flow's hash
 * @now: ticks
 *
 * Context: any.
 */
void anycast6_initiator_went(struct anycast6_initiator_pair *pair, u32 tag,
			     u32 now)
{
	u64 *place = find_initiator(pair, tag, now), slot;

	if (!place) {
		write_initiator(find_place(pair, now), tag,
				ANYCAST6_INITIATOR_OPENED, now);
		return;
	}
	slot = READ_ONCE(*place);
	if (!age_of(slot, now))
		return;
	if (slot & ANYCAST6_INITIATOR_OPENED && age_of(slot, now) >= AGAIN)
		slot |= ANYCAST6_INITIATOR_LASTING;
	write_initiator(place, tag,
			slot & (ANYCAST6_INITIATOR_OPENED |
				ANYCAST6_INITIATOR_LASTING),
			now);
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
