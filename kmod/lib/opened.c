// SPDX-License-Identifier: GPL-2.0
/*
 * Opened flows: those that this node opened, and that nobody else's packets may
 * move. Only what this node sends makes room for itself here. Pure: knows hashes,
 * ticks and sockets by number, not flows.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/kernel.h>

#include "lib/initiator.h"
#include "lib/opened.h"

/* Parts of a slot. */
#define TAG		GENMASK_ULL(63, 34)
/* a question to an anycast address was refused */
#define REFUSED		BIT_ULL(33)
/* this node used the flow again after a while, and probably will again */
#define LASTING		BIT_ULL(32)
/* when this node used it last, in ticks */
#define TIME		GENMASK_ULL(31, 0)

/* A client that polls, as NTP does first after 64 s, uses its flow again within
 * SHORT: the flow is lasting then, and kept for LONG.
 */
#define SHORT		ANYCAST6_INITIATOR_TICKS(180)
#define LONG		ANYCAST6_INITIATOR_TICKS(7440)
/* A flow that is used again after that long is more than one burst. */
#define AGAIN		ANYCAST6_INITIATOR_TICKS(2)
/* What leaves so soon after a question is its answer. */
#define SOON		ANYCAST6_INITIATOR_TICKS(2)

static u32 age_since(u32 then, u32 now)
{
	s32 age = now - then;

	/* another CPU may be a tick ahead */
	return max(age, 0);
}

static u32 age_of_slot(u64 slot, u32 now)
{
	return age_since(FIELD_GET(TIME, slot), now);
}

static bool is_kept(u64 slot, u32 now)
{
	return slot &&
	       age_of_slot(slot, now) <= (slot & LASTING ? LONG : SHORT);
}

static struct anycast6_opened *find_opened(struct anycast6_opened_pair *pair,
					   u32 tag, u32 now)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pair->flows); i++) {
		u64 slot = READ_ONCE(pair->flows[i].slot);

		if (FIELD_GET(TAG, slot) == tag && is_kept(slot, now))
			return &pair->flows[i];
	}
	return NULL;
}

/* The flow to overwrite: one that is over, else one that is not lasting, else the
 * older one.
 */
static struct anycast6_opened *find_room(struct anycast6_opened_pair *pair,
					 u32 now)
{
	u64 a = READ_ONCE(pair->flows[0].slot);
	u64 b = READ_ONCE(pair->flows[1].slot);

	if (is_kept(a, now) != is_kept(b, now))
		return &pair->flows[is_kept(a, now)];
	if ((a ^ b) & LASTING)
		return &pair->flows[!!(a & LASTING)];
	return &pair->flows[age_of_slot(b, now) > age_of_slot(a, now)];
}

/**
 * anycast6_opened_has() - whether this node opened a flow
 * @pair: the pair that the flow's hash selects
 * @tag: 30 other bits of the flow's hash
 * @now: ticks
 *
 * Context: any.
 */
bool anycast6_opened_has(const struct anycast6_opened_pair *pair, u32 tag,
			 u32 now)
{
	return find_opened((struct anycast6_opened_pair *)pair, tag, now);
}

/**
 * anycast6_opened_by() - whether a socket opened a flow
 * @pair: the pair that the flow's hash selects
 * @tag: 30 other bits of the flow's hash
 * @socket: number of the socket
 * @now: ticks
 *
 * Context: any.
 */
bool anycast6_opened_by(const struct anycast6_opened_pair *pair, u32 tag,
			u32 socket, u32 now)
{
	const struct anycast6_opened *opened;

	opened = find_opened((struct anycast6_opened_pair *)pair, tag, now);
	return opened && READ_ONCE(opened->socket) == socket;
}

/* An answer is no initiative: a client that this node once spoke to may ask an
 * anycast address, and go on asking until it is answered from there.
 */
static bool is_answer(const struct anycast6_opened *opened, u64 slot, u32 now)
{
	return slot & REFUSED &&
	       age_since(READ_ONCE(opened->refused), now) <= SOON;
}

/**
 * anycast6_opened_went() - this node sent a packet of a flow that no peer opened
 * @pair: the pair that the flow's hash selects
 * @tag: 30 other bits of the flow's hash
 * @socket: number of the socket
 * @now: ticks
 *
 * Context: any.
 */
void anycast6_opened_went(struct anycast6_opened_pair *pair, u32 tag,
			  u32 socket, u32 now)
{
	struct anycast6_opened *opened = find_opened(pair, tag, now);
	u64 slot = FIELD_PREP(TAG, tag), before;

	if (opened) {
		before = READ_ONCE(opened->slot);
		if (is_answer(opened, before, now))
			return;
		slot |= before & (LASTING | REFUSED);
		if (age_of_slot(before, now) >= AGAIN)
			slot |= LASTING;
	} else {
		opened = find_room(pair, now);
	}
	WRITE_ONCE(opened->socket, socket);
	WRITE_ONCE(opened->slot, slot | FIELD_PREP(TIME, now));
}

/**
 * anycast6_opened_refuse() - a question to an anycast address came in a flow that
 * this node opened
 * @pair: the pair that the flow's hash selects
 * @tag: 30 other bits of the flow's hash
 * @now: ticks
 *
 * Context: any.
 */
void anycast6_opened_refuse(struct anycast6_opened_pair *pair, u32 tag,
			    u32 now)
{
	struct anycast6_opened *opened = find_opened(pair, tag, now);

	if (!opened)
		return;
	WRITE_ONCE(opened->refused, now);
	WRITE_ONCE(opened->slot, READ_ONCE(opened->slot) | REFUSED);
}

/**
 * anycast6_opened_end() - the socket that opened a flow is gone
 * @pair: the pair that the flow's hash selects
 * @tag: 30 other bits of the flow's hash
 * @now: ticks
 *
 * Context: any.
 */
void anycast6_opened_end(struct anycast6_opened_pair *pair, u32 tag, u32 now)
{
	struct anycast6_opened *opened = find_opened(pair, tag, now);

	if (opened)
		WRITE_ONCE(opened->slot, 0);
}
