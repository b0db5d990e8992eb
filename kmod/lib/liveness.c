// SPDX-License-Identifier: GPL-2.0
/*
 * Liveness: whether a member is alive, by the answers to its probes.
 * Pure: knows numbers of probes, not packets, and no clock.
 */
#include <linux/compiler.h>

#include "lib/liveness.h"

/**
 * anycast6_liveness_begin() - begin anew: answers to earlier probes do not
 * count
 * @liveness: the liveness of a member
 * @life: what is believed until a probe is answered, or too many are not
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
 * @liveness: the liveness of a member; after this, @liveness->sent is the
 *            number of the probe
 *
 * Context: any, under its user's lock.
 * Return: whether the probe before had no answer.
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
 * @liveness: the liveness of a member
 * @number: number of the probe
 * @life: what the answer says
 *
 * Answers may overtake each other: that to an older probe, coming after that to
 * a newer one, says nothing new. And where an answer takes longer than the time
 * between two probes, the newest probe is never the answered one.
 *
 * Context: any, under its user's lock.
 * Return: whether the answer counts.
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
