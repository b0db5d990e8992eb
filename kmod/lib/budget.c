// SPDX-License-Identifier: GPL-2.0
/*
 * A token bucket: so many a second, and some saved up for bursts.
 * Pure: knows numbers, not what they count, and no clock.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>

#include "lib/budget.h"

/**
 * anycast6_budget_init() - make a budget, full
 * @budget: result
 * @rate: how many may be spent a second, not 0
 * @burst: how many may be spent at once, not 0
 * @now: monotonic time, ns
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
 * anycast6_budget_spend() - spend one, if one is left
 * @budget: the budget
 * @now: monotonic time, ns
 *
 * Context: any, under its user's lock.
 * Return: 0 if one was spent, else in how many ns there is one.
 */
u64 anycast6_budget_spend(struct anycast6_budget *budget, u64 now)
{
	u64 full = (u64)budget->burst * NSEC_PER_SEC;
	u64 passed = now - budget->last;

	/* a longer pause counts as one second: the product might overflow */
	passed = min_t(u64, passed, NSEC_PER_SEC);
	budget->saved = min(budget->saved + passed * budget->rate, full);
	budget->last = now;
	if (budget->saved >= NSEC_PER_SEC) {
		budget->saved -= NSEC_PER_SEC;
		return 0;
	}
	return div_u64(NSEC_PER_SEC - budget->saved, budget->rate) + 1;
}
