/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Histories: since when a member is in its state, since when it has been gone, and
 * how often it has come into each state. Knows numbers of states, not members.
 */
#ifndef ANYCAST6_HISTORY_H
#define ANYCAST6_HISTORY_H

#include <linux/compiler.h>
#include <linux/ktime.h>

#include <uapi/linux/anycast6.h>

/* DRAINING is the last of enum anycast6_state. */
#define ANYCAST6_STATES	(ANYCAST6_STATE_DRAINING + 1)

/**
 * struct anycast6_history - how a member's state came about; READ_ONCE(),
 * writers under its user's lock
 * @since: when the state or its reason changed last; ktime_get_boottime()
 * @gone: when it went last; ktime_get_boottime()
 * @is_gone: it is not back since; for writers only
 * @changes: how often the member has come into each state
 */
struct anycast6_history {
	ktime_t since;
	ktime_t gone;
	bool is_gone;
	u32 changes[ANYCAST6_STATES];
};

/**
 * anycast6_history_begin() - a member's state has changed, or the reason for it
 * @history: the member's
 * @state: enum anycast6_state
 * @other: the state has changed, not the reason alone
 *
 * Context: process, under the lock of @history's writers.
 */
static inline void anycast6_history_begin(struct anycast6_history *history,
					  u8 state, bool other)
{
	WRITE_ONCE(history->since, ktime_get_boottime());
	WRITE_ONCE(history->changes[state], history->changes[state] + other);
}

/**
 * anycast6_history_note_gone() - a member goes, or is back
 * @history: the member's
 * @is_gone: it is gone, as it may have been before, for another reason
 *
 * Context: process, under the lock of @history's writers.
 */
static inline void anycast6_history_note_gone(struct anycast6_history *history,
					      bool is_gone)
{
	if (is_gone && !history->is_gone)
		WRITE_ONCE(history->gone, ktime_get_boottime());
	history->is_gone = is_gone;
}

/**
 * anycast6_history_absence() - for how long a member has been gone
 * @history: the member's
 *
 * Context: any; if the member is gone.
 * Return: ms.
 */
static inline u64
anycast6_history_absence(const struct anycast6_history *history)
{
	return ktime_ms_delta(ktime_get_boottime(), READ_ONCE(history->gone));
}

/**
 * anycast6_history_was_used() - whether a member has ever been up, or draining
 * @history: the member's
 *
 * Context: any.
 */
static inline bool
anycast6_history_was_used(const struct anycast6_history *history)
{
	return READ_ONCE(history->changes[ANYCAST6_STATE_UP]) ||
	       READ_ONCE(history->changes[ANYCAST6_STATE_DRAINING]);
}

/**
 * anycast6_history_age() - for how long a member has been in its state, for the
 * same reason
 * @history: the member's
 *
 * Context: any.
 * Return: ms.
 */
static inline u64 anycast6_history_age(const struct anycast6_history *history)
{
	return ktime_ms_delta(ktime_get_boottime(), READ_ONCE(history->since));
}

#endif
