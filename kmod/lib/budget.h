/* SPDX-License-Identifier: GPL-2.0 */
/*
 * So much and no more a second, with a little saved up for bursts.
 * Pure: knows numbers, not what they count.
 */
#ifndef ANYCAST6_BUDGET_H
#define ANYCAST6_BUDGET_H

#include <linux/types.h>

/**
 * struct anycast6_budget - what may be spent; its user's lock
 * @rate: how much a second, constant
 * @burst: how much is saved up at most, constant
 * @saved: what is there, in billionths
 * @last: when it was looked at, nanoseconds
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
