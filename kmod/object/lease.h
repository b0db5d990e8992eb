/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Leases: how long a member stays up unless somebody renews it.
 * Marks the address when a lease is over; does not decide the member's state.
 */
#ifndef ANYCAST6_LEASE_H
#define ANYCAST6_LEASE_H

#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct anycast6_group;
struct anycast6_net;

/**
 * struct anycast6_lease - the lease of one member
 * @an: the namespace, constant
 * @group: the member's address, which is marked when the lease is over;
 *         constant
 * @timer: fires when it is over
 * @lifetime: s; READ_ONCE(), writers under an->lock
 * @expires: when it is over, time since boot, suspended time included;
 *           READ_ONCE(), writers under an->lock
 * @rcu: frees it after its readers
 */
struct anycast6_lease {
	struct anycast6_net *an;
	struct anycast6_group *group;
	struct hrtimer timer;
	u32 lifetime;
	ktime_t expires;
	struct rcu_head rcu;
};

struct anycast6_lease *anycast6_lease_alloc(struct anycast6_net *an,
					    struct anycast6_group *group);
void anycast6_lease_end(struct anycast6_lease *lease);
void anycast6_lease_begin(struct anycast6_lease *lease, u32 lifetime,
			  ktime_t expires);

/**
 * anycast6_lease_expiry() - when a lease that begins now is over
 * @lifetime: s
 *
 * Context: any.
 * Return: time since boot.
 */
static inline ktime_t anycast6_lease_expiry(u32 lifetime)
{
	return ktime_add(ktime_get_boottime(), ktime_set(lifetime, 0));
}

/**
 * anycast6_lease_renew() - begin a lease again, with the same lifetime
 * @lease: the lease
 *
 * Context: process, under an->lock.
 */
static inline void anycast6_lease_renew(struct anycast6_lease *lease)
{
	anycast6_lease_begin(lease, lease->lifetime,
			     anycast6_lease_expiry(lease->lifetime));
}

/**
 * anycast6_lease_left() - how long a lease still runs
 * @lease: the lease
 *
 * Context: RCU, or under an->lock.
 * Return: ms, 0 if it is over.
 */
static inline u32 anycast6_lease_left(const struct anycast6_lease *lease)
{
	s64 left = ktime_to_ns(ktime_sub(READ_ONCE(lease->expires),
					 ktime_get_boottime()));

	/* round up: 0 means that it is over */
	return left > 0 ? div_u64(left + NSEC_PER_MSEC - 1, NSEC_PER_MSEC) : 0;
}

/**
 * anycast6_lease_is_over() - whether a lease is over
 * @lease: the lease, or NULL, which is never over
 *
 * Context: RCU, or under an->lock.
 */
static inline bool anycast6_lease_is_over(const struct anycast6_lease *lease)
{
	return lease && !anycast6_lease_left(lease);
}

#endif
