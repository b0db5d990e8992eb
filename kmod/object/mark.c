// SPDX-License-Identifier: GPL-2.0
/*
 * Marks: which links and addresses reconciliation must look at again, and when.
 * Knows where marks are kept, not what reconciliation does about them.
 */
#include "kernel/link.h"
#include "net.h"
#include "object/group.h"
#include "object/mark.h"

/* What the kernel refused is tried again after a second, then more rarely. */
#define RETRY_MIN	((unsigned long)HZ)
#define RETRY_MAX	(60 * RETRY_MIN)

/**
 * anycast6_mark_link() - look at a device again at once
 * @an: the namespace
 * @link: the device
 *
 * The link's bit is set first, because reconcile_links() clears them in the
 * opposite order.
 *
 * Context: any, under RCU or @an->lock.
 */
void anycast6_mark_link(struct anycast6_net *an, struct anycast6_link *link)
{
	set_bit(ANYCAST6_LINK_DIRTY, &link->flags);
	/* pairs with test_and_clear_bit() in reconcile_links() */
	smp_mb__before_atomic();
	set_bit(0, &an->links_dirty);
	anycast6_net_reconcile(an, 0);
}

/**
 * anycast6_mark_retry() - reconcile again later, because the kernel refused
 * something
 * @an: the namespace
 *
 * Later is after 1 s, then twice as long each time, up to 60 s. What was
 * refused must be marked already.
 *
 * Context: process, under @an->lock.
 */
void anycast6_mark_retry(struct anycast6_net *an)
{
	lockdep_assert_held(&an->lock);

	an->retry = clamp(2 * an->retry, RETRY_MIN, RETRY_MAX);
	anycast6_net_queue(an, &an->work, an->retry);
}

/**
 * anycast6_mark_enlist() - mark an address, and queue no work
 * @an: the namespace
 * @group: the address
 *
 * For callers in a reconciliation, or who queue one themselves. What happened
 * to the address must be visible before: test_and_set_bit() is a full barrier,
 * which pairs with the one in reconcile_groups() (reconcile/reconcile.c).
 *
 * Context: any, under RCU or @an->lock.
 */
void anycast6_mark_enlist(struct anycast6_net *an, struct anycast6_group *group)
{
	if (test_and_set_bit(ANYCAST6_GROUP_DIRTY, &group->flags))
		return;
	if (refcount_inc_not_zero(&group->refcnt))
		llist_add(&group->dirty, &an->dirty);
}

/**
 * anycast6_mark_waiting() - look at a device again in a second, if it is up and
 * IPv6 does not work on it
 * @an: the namespace
 * @link: the device, just refreshed
 *
 * No notifier tells when IPv6 starts again on a device that has no addresses.
 *
 * Context: process, under @an->lock.
 */
void anycast6_mark_waiting(struct anycast6_net *an, struct anycast6_link *link)
{
	lockdep_assert_held(&an->lock);

	if (!link->waiting ||
	    test_and_set_bit(ANYCAST6_LINK_DIRTY, &link->flags))
		return;
	set_bit(0, &an->links_dirty);
	anycast6_net_reconcile(an, RETRY_MIN);
}

/**
 * anycast6_mark_group() - look at an address again at once
 * @an: the namespace
 * @group: the address
 *
 * Context: any, under RCU or @an->lock.
 */
void anycast6_mark_group(struct anycast6_net *an,
			 struct anycast6_group *group)
{
	anycast6_mark_enlist(an, group);
	anycast6_net_reconcile(an, 0);
}

/**
 * anycast6_mark_drop() - forget which addresses are marked
 * @an: the namespace; it has no events and no work any more
 *
 * Context: process.
 */
void anycast6_mark_drop(struct anycast6_net *an)
{
	struct anycast6_group *group, *next;

	llist_for_each_entry_safe(group, next, llist_del_all(&an->dirty), dirty)
		anycast6_group_put(group);
}
