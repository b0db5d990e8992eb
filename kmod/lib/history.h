/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Histories: since when a member is in its state, and how often it has come into
 * each. Knows states, not what they come from.
 */
#ifndef ANYCAST6_HISTORY_H
#define ANYCAST6_HISTORY_H

#include <linux/compiler.h>
#include <linux/ktime.h>

#include <uapi/linux/anycast6.h>

#define ANYCAST6_STATES	(ANYCAST6_STATE_DRAINING + 1)

/**
 * struct anycast6_history - how a member's state came about
 * @since: when it came into it, or its reason changed; time since boot;
 *         READ_ONCE(), writers under an->lock
 * @changes: how often it has come into each state; as @since
 */
struct anycast6_history {
	ktime_t since;
	u32 changes[ANYCAST6_STATES];
};

/**
 * anycast6_history_begin() - a member is in another state, or for another reason
 * @history: of the member
 * @state: the state
 * @other: it is another state than before
 *
 * Context: process, under an->lock.
 */
static inline void anycast6_history_begin(struct anycast6_history *history,
					  u8 state, bool other)
{
	WRITE_ONCE(history->since, ktime_get_boottime());
	WRITE_ONCE(history->changes[state], history->changes[state] + other);
}

/**
 * anycast6_history_age() - for how long a member has been in its state
 * @history: of the member
 *
 * Context: any.
 * Return: milliseconds.
 */
static inline u64 anycast6_history_age(const struct anycast6_history *history)
{
	return ktime_ms_delta(ktime_get_boottime(), READ_ONCE(history->since));
}

#endif
