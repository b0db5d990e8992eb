/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Liveness: whether a member is alive, by the answers to its probes.
 * Pure: knows numbers of probes, not packets, and no clock.
 */
#ifndef ANYCAST6_LIVENESS_H
#define ANYCAST6_LIVENESS_H

#include <linux/types.h>

/* So many probes in a row without an answer mean that the member is down. An
 * answer to a probe that is older than these does not count.
 */
#define ANYCAST6_LIVENESS_MISSES	3

enum anycast6_life {
	ANYCAST6_LIFE_UP,
	ANYCAST6_LIFE_DRAINING,
	ANYCAST6_LIFE_DOWN,
};

/**
 * struct anycast6_liveness - what the probes of a member have shown; all under
 * its user's lock
 * @sent: number of the last probe, 0 before the first one
 * @heard: number of the newest probe that was answered
 * @answered: an answer came since the last probe was sent
 * @misses: how many probes in a row had no answer
 * @life: enum anycast6_life; READ_ONCE() without the lock
 */
struct anycast6_liveness {
	u32 sent;
	u32 heard;
	bool answered;
	u8 misses;
	u8 life;
};

void anycast6_liveness_begin(struct anycast6_liveness *liveness,
			     enum anycast6_life life);
bool anycast6_liveness_send(struct anycast6_liveness *liveness);
bool anycast6_liveness_hear(struct anycast6_liveness *liveness, u32 number,
			    enum anycast6_life life);

#endif
