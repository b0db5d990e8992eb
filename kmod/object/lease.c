// SPDX-License-Identifier: GPL-2.0
/*
 * Leases: how long a member stays up unless somebody renews it.
 * Marks the address when a lease is over; does not decide the member's state.
 */
#include <linux/slab.h>

#include "object/lease.h"
#include "object/mark.h"

/* Softirq. Reconciliation decides what this means for the member. */
static enum hrtimer_restart lease_over(struct hrtimer *timer)
{
	struct anycast6_lease *lease =
		container_of(timer, struct anycast6_lease, timer);

	rcu_read_lock();
	anycast6_mark_group(lease->an, lease->group);
	rcu_read_unlock();
	return HRTIMER_NORESTART;
}

/**
 * anycast6_lease_alloc() - make a lease that does not run yet
 * @an: the namespace
 * @group: the address of its member; it must outlive the lease
 *
 * Context: process.
 * Return: the lease, or NULL.
 */
struct anycast6_lease *anycast6_lease_alloc(struct anycast6_net *an,
					    struct anycast6_group *group)
{
	struct anycast6_lease *lease;

	lease = kzalloc(sizeof(*lease), GFP_KERNEL_ACCOUNT);
	if (!lease)
		return NULL;
	lease->an = an;
	lease->group = group;
	hrtimer_init(&lease->timer, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_SOFT);
	lease->timer.function = lease_over;
	return lease;
}

/**
 * anycast6_lease_end() - stop a lease, and free it after its readers
 * @lease: the lease, or NULL
 *
 * Context: process; waits until the timer's function is over.
 */
void anycast6_lease_end(struct anycast6_lease *lease)
{
	if (!lease)
		return;
	hrtimer_cancel(&lease->timer);
	kfree_rcu(lease, rcu);
}

/**
 * anycast6_lease_begin() - begin a lease, or begin it again
 * @lease: the lease
 * @lifetime: s, not 0
 * @expires: when it is over, time since boot
 *
 * Context: process, under an->lock.
 */
void anycast6_lease_begin(struct anycast6_lease *lease, u32 lifetime,
			  ktime_t expires)
{
	WRITE_ONCE(lease->lifetime, lifetime);
	WRITE_ONCE(lease->expires, expires);
	hrtimer_start(&lease->timer, expires, HRTIMER_MODE_ABS_SOFT);
}
