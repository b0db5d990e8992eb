// SPDX-License-Identifier: GPL-2.0
/*
 * So much and no more a second, with a little saved up for bursts.
 * Pure: knows numbers, not what they count.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>

#include "lib/budget.h"

/**
 * anycast6_budget_init() - begin with all that can be saved
 * @budget: result
 * @rate: how much may be spent a second, not 0
 * @burst: how much at once, not 0
 * @now: nanoseconds
 *
 * Context: any.
 */
void anycast6_budget_init(struct anycast6_budget *budget, u32 rate, u32 burst,
			  u64 now)
{
	budget->rate = rate;
	budget->burst = burst;
	budget->saved = (u64)burst * NSEC_PER_SEC;
	budget->last = now;
}

/**
 * anycast6_budget_spend() - spend one, if it is there
 * @budget: the budget
 * @now: nanoseconds
 *
 * Context: any, under its user's lock.
 * Return: 0, or for how many nanoseconds there is none.
 */
u64 anycast6_budget_spend(struct anycast6_budget *budget, u64 now)
{
	u64 full = (u64)budget->burst * NSEC_PER_SEC;
	u64 passed = now - budget->last;

	/* what a long time makes of it would overflow */
	passed = min_t(u64, passed, NSEC_PER_SEC);
	budget->saved = min(budget->saved + passed * budget->rate, full);
	budget->last = now;
	if (budget->saved >= NSEC_PER_SEC) {
		budget->saved -= NSEC_PER_SEC;
		return 0;
	}
	return div_u64(NSEC_PER_SEC - budget->saved, budget->rate) + 1;
}
