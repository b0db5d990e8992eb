// SPDX-License-Identifier: GPL-2.0
/*
 * The state of one network namespace: how it is found, and how its work is
 * queued. Knows who protects what in it, not what is done with it.
 */
#include <net/netns/generic.h>

#include "net.h"

unsigned int anycast6_net_id __read_mostly;
struct workqueue_struct *anycast6_wq __read_mostly;

/**
 * anycast6_net() - the module's state in a namespace
 * @net: the namespace
 *
 * Events come before a namespace's init and after its exit, too: who may be
 * called by one checks for NULL, and for an->dead.
 *
 * Context: any.
 * Return: the state; NULL before the namespace's init.
 */
struct anycast6_net *anycast6_net(const struct net *net)
{
	return net_generic(net, anycast6_net_id);
}

/**
 * anycast6_net_queue() - queue a namespace's work, unless the namespace goes
 * @an: the namespace
 * @work: one of its works
 * @delay: jiffies; work that is queued for an earlier time is not put off
 *
 * The RCU section pairs with net_pre_exit() in namespace.c.
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
 * anycast6_net_reconcile() - queue the reconciliation of what is marked
 * @an: the namespace
 * @delay: jiffies; a reconciliation that is queued earlier is not put off
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
	/* 0 as cb->seq tells netlink not to check dumps */
	WRITE_ONCE(an->seq, seq ? : 1);
}
