// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a network namespace: how it is found, and how its work is queued.
 * Knows nothing of what the work does.
 */
#include <net/netns/generic.h>

#include "net.h"

unsigned int anycast6_net_id __read_mostly;
struct workqueue_struct *anycast6_wq __read_mostly;

/**
 * anycast6_net() - the module's state in a namespace
 * @net: a namespace that has not finished its exit
 *
 * Context: any.
 */
struct anycast6_net *anycast6_net(const struct net *net)
{
	return net_generic(net, anycast6_net_id);
}

/**
 * anycast6_net_queue() - let a namespace's work run, unless the namespace goes
 * @an: the namespace
 * @work: the work
 * @delay: in how many jiffies at the latest: who wants it sooner is not put off
 *
 * Context: any.
 */
void anycast6_net_queue(struct anycast6_net *an, struct delayed_work *work,
			unsigned long delay)
{
	rcu_read_lock();
	if (READ_ONCE(an->dead))
		goto unlock;
	if (queue_delayed_work(anycast6_wq, work, delay))
		goto unlock;
	if (!delay || (timer_pending(&work->timer) &&
		       time_before(jiffies + delay,
				   READ_ONCE(work->timer.expires))))
		mod_delayed_work(anycast6_wq, work, delay);
unlock:
	rcu_read_unlock();
}

/**
 * anycast6_net_reconcile() - let the work run
 * @an: the namespace
 * @delay: in how many jiffies at the latest
 *
 * Context: any.
 */
void anycast6_net_reconcile(struct anycast6_net *an, unsigned long delay)
{
	anycast6_net_queue(an, &an->work, delay);
}

/**
 * anycast6_net_changed() - tell dumps that the configuration has changed
 * @an: the namespace
 *
 * Context: process, under @an->lock.
 */
void anycast6_net_changed(struct anycast6_net *an)
{
	unsigned int seq = an->seq + 1;

	lockdep_assert_held(&an->lock);
	/* 0 tells netlink not to check */
	WRITE_ONCE(an->seq, seq ? : 1);
}
