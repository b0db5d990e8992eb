// SPDX-License-Identifier: GPL-2.0
/*
 * Marks: which links and addresses are to be looked at again, and when.
 * Knows where they are kept, not what is looked at.
 */
#include "kernel/link.h"
#include "net.h"
#include "object/group.h"
#include "object/mark.h"

/* What the kernel refused is tried again after a second, then more rarely. */
#define RETRY_MIN	((unsigned long)HZ)
#define RETRY_MAX	(60 * RETRY_MIN)

/**
 * anycast6_mark_link() - something happened to a device
 * @an: the namespace
 * @link: the device
 *
 * Context: any, under RCU or @an->lock.
 */
void anycast6_mark_link(struct anycast6_net *an, struct anycast6_link *link)
{
	set_bit(ANYCAST6_LINK_DIRTY, &link->flags);
	set_bit(0, &an->links_dirty);
	anycast6_net_reconcile(an, 0);
}

/**
 * anycast6_mark_retry() - look at all that is marked again, because the kernel
 * refused something
 * @an: the namespace
 *
 * After a second, then more rarely, up to a minute.
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
 * anycast6_mark_enlist() - mark an address, for a reconciliation that is under way or
 * is queued by somebody else
 * @an: the namespace
 * @group: the address
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
 * anycast6_mark_waiting() - look at a device again later, if IPv6 does not work
 * there
 * @an: the namespace
 * @link: the device
 *
 * The kernel does not tell when IPv6 starts again on a device without addresses of
 * its own.
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
 * anycast6_mark_group() - something happened to an address
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
 * anycast6_mark_drop() - forget what is marked
 * @an: the namespace, from which no event comes any more
 *
 * Context: process.
 */
void anycast6_mark_drop(struct anycast6_net *an)
{
	struct anycast6_group *group, *next;

	llist_for_each_entry_safe(group, next, llist_del_all(&an->dirty), dirty)
		anycast6_group_put(group);
}
