/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the answers to probes say of a member: whether it is alive.
 * Pure: knows numbers of probes, not packets, and no clock.
 */
#ifndef ANYCAST6_LIVENESS_H
#define ANYCAST6_LIVENESS_H

#include <linux/types.h>

/* So many probes in a row without an answer mean that it is down; the answer to
 * one that is older is none any more.
 */
#define ANYCAST6_LIVENESS_MISSES	3

enum anycast6_life {
	ANYCAST6_LIFE_UP,
	ANYCAST6_LIFE_DRAINING,
	ANYCAST6_LIFE_DOWN,
};

/**
 * struct anycast6_liveness - what is known of a member; its user's lock
 * @sent: number of the last probe, 0 before the first one
 * @heard: number of the last one that was answered
 * @answered: an answer came since the last probe
 * @misses: how many probes in a row had none
 * @life: enum anycast6_life; READ_ONCE()
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
