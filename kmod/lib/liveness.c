// SPDX-License-Identifier: GPL-2.0
/*
 * What the answers to probes say of a member: whether it is alive.
 * Pure: knows numbers of probes, not packets, and no clock.
 */
#include <linux/compiler.h>

#include "lib/liveness.h"

/**
 * anycast6_liveness_begin() - what was asked and said before counts no longer
 * @liveness: the pulse
 * @life: what is believed until an answer comes, or too many don't
 *
 * Context: any, under its user's lock.
 */
void anycast6_liveness_begin(struct anycast6_liveness *liveness,
			     enum anycast6_life life)
{
	liveness->heard = liveness->sent;
	/* there is nothing to miss yet */
	liveness->answered = true;
	liveness->misses = 0;
	WRITE_ONCE(liveness->life, life);
}

/**
 * anycast6_liveness_send() - the next probe is sent
 * @liveness: the pulse; its number is @liveness->sent after this
 *
 * Context: any, under its user's lock.
 * Return: whether the one before was a miss.
 */
bool anycast6_liveness_send(struct anycast6_liveness *liveness)
{
	bool missed = !liveness->answered;

	liveness->sent++;
	liveness->answered = false;
	if (!missed)
		return false;
	if (liveness->misses < ANYCAST6_LIVENESS_MISSES)
		liveness->misses++;
	if (liveness->misses == ANYCAST6_LIVENESS_MISSES)
		WRITE_ONCE(liveness->life, ANYCAST6_LIFE_DOWN);
	return true;
}

/**
 * anycast6_liveness_hear() - a probe was answered
 * @liveness: the pulse
 * @number: the probe's
 * @life: what the answer says
 *
 * Answers may overtake each other: what an older probe says after a newer one
 * is known already. Where the way takes longer than the time between two
 * probes, some are on it all the time.
 *
 * Context: any, under its user's lock.
 * Return: whether it counts.
 */
bool anycast6_liveness_hear(struct anycast6_liveness *liveness, u32 number,
			    enum anycast6_life life)
{
	u32 age = liveness->sent - number;

	if (age >= ANYCAST6_LIVENESS_MISSES ||
	    age >= liveness->sent - liveness->heard)
		return false;
	liveness->heard = number;
	liveness->answered = true;
	liveness->misses = 0;
	WRITE_ONCE(liveness->life, life);
	return true;
}
