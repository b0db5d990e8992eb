// SPDX-License-Identifier: GPL-2.0
/*
 * What the answers to probes say of a member: whether it is alive.
 * Pure: knows numbers of probes, not packets, and no clock.
 */
#include <linux/compiler.h>

#include "lib/liveness.h"

/**
 * anycast6_pulse_begin() - what was asked and said before counts no longer
 * @pulse: the pulse
 * @life: what is believed until an answer comes, or too many don't
 *
 * Context: any, under its user's lock.
 */
void anycast6_pulse_begin(struct anycast6_pulse *pulse, enum anycast6_life life)
{
	pulse->heard = pulse->sent;
	/* there is nothing to miss yet */
	pulse->answered = true;
	pulse->misses = 0;
	WRITE_ONCE(pulse->life, life);
}

/**
 * anycast6_pulse_send() - the next probe is sent
 * @pulse: the pulse; its number is @pulse->sent after this
 *
 * Context: any, under its user's lock.
 * Return: whether the one before was a miss.
 */
bool anycast6_pulse_send(struct anycast6_pulse *pulse)
{
	bool missed = !pulse->answered;

	pulse->sent++;
	pulse->answered = false;
	if (!missed)
		return false;
	if (pulse->misses < ANYCAST6_PULSE_MISSES)
		pulse->misses++;
	if (pulse->misses == ANYCAST6_PULSE_MISSES)
		WRITE_ONCE(pulse->life, ANYCAST6_LIFE_DOWN);
	return true;
}

/**
 * anycast6_pulse_hear() - a probe was answered
 * @pulse: the pulse
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
bool anycast6_pulse_hear(struct anycast6_pulse *pulse, u32 number,
			 enum anycast6_life life)
{
	u32 age = pulse->sent - number;

	if (age >= ANYCAST6_PULSE_MISSES ||
	    age >= pulse->sent - pulse->heard)
		return false;
	pulse->heard = number;
	pulse->answered = true;
	pulse->misses = 0;
	WRITE_ONCE(pulse->life, life);
	return true;
}
