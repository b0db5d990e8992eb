/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A token bucket: so many a second, and some saved up for bursts.
 * Pure: knows numbers, not what they count, and no clock.
 */
#ifndef ANYCAST6_BUDGET_H
#define ANYCAST6_BUDGET_H

#include <linux/types.h>

/**
 * struct anycast6_budget - what may be spent; all under its user's lock
 * @rate: how many a second, constant
 * @burst: how many are saved up at most, constant
 * @saved: what is left, in billionths of one
 * @last: when @saved was brought up to date; monotonic time, ns
 */
struct anycast6_budget {
	u32 rate;
	u32 burst;
	u64 saved;
	u64 last;
};

void anycast6_budget_init(struct anycast6_budget *budget, u32 rate, u32 burst,
			  u64 now);
u64 anycast6_budget_spend(struct anycast6_budget *budget, u64 now);

#endif
