// SPDX-License-Identifier: GPL-2.0
/*
 * Whose turn it is: listeners are told of each flow that goes on once a round,
 * of some in each second. Pure: knows no flow, no message and no clock.
 */
#include <linux/minmax.h>

#include "lib/turn.h"

#define ROUND		ANYCAST6_TURN_ROUND
/* In every so many'th round it is the turn of those, too, that have it seldom. */
#define LONG_ROUND	10

/**
 * anycast6_turn_is_due() - whether it is a flow's turn
 * @hash: of the flow: it has its turn in the seconds with one remainder
 * @told: the last second whose turns have been, s
 * @now: the second that is reached, s: those between have not been missed
 * @seldom: it has its turn in one of ten rounds only
 *
 * Context: any.
 */
bool anycast6_turn_is_due(u32 hash, u32 told, u32 now, bool seldom)
{
	u32 seconds = min_t(u32, now - told, ROUND);
	u32 turn = (hash % ROUND + ROUND - (told + 1) % ROUND) % ROUND;
	u32 round = (told + 1 + turn) / ROUND;

	return turn < seconds && (!seldom || !(round % LONG_ROUND));
}
