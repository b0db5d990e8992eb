// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a network namespace: made with it, torn down with it.
 * Knows the order of phases, not what each of them does.
 */
#include <linux/rhashtable.h>
#include <net/netns/generic.h>

#include "config.h"
#include "damper.h"
#include "group.h"
#include "join.h"
#include "mark.h"
#include "net.h"
#include "notice.h"
#include "reconcile.h"
#include "respond.h"
#include "route.h"
#include "watch.h"

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

static int __net_init net_init(struct net *net)
{
	struct anycast6_net *an = anycast6_net(net);
	int err;

	an->net = net;
	an->seq = 1;
	an->limits.addresses = 1048576;
	an->limits.members = 1048576;
	an->limits.joins = 4096;
	an->limits.flows = 262144;
	atomic_set(&an->odd_rules, 1);
	mutex_init(&an->lock);
	xa_init_flags(&an->ids, XA_FLAGS_ALLOC);
	xa_init(&an->links);
	xa_init(&an->domains);
	INIT_LIST_HEAD(&an->entries);
	INIT_LIST_HEAD(&an->joiners);
	anycast6_responder_init(&an->responder);
	spin_lock_init(&an->names_lock);
	init_llist_head(&an->dirty);
	INIT_DELAYED_WORK(&an->work, anycast6_reconcile_work);
	INIT_LIST_HEAD(&an->damped);
	INIT_DELAYED_WORK(&an->damper_work, anycast6_damper_work);
	anycast6_watch_init(&an->watch);

	err = rhashtable_init(&an->groups, &anycast6_group_params);
	if (err)
		return err;
	err = anycast6_notices_init(an);
	if (err)
		goto destroy_groups;
	err = anycast6_sysctl_init(an);
	if (err)
		goto destroy_notices;
	return 0;

destroy_notices:
	rhashtable_destroy(&an->notices.table);
destroy_groups:
	rhashtable_destroy(&an->groups);
	return err;
}

/* After this and a grace period no event queues the work any more. */
static void __net_exit net_pre_exit(struct net *net)
{
	WRITE_ONCE(anycast6_net(net)->dead, true);
}

static void __net_exit net_exit(struct net *net)
{
	struct anycast6_net *an = anycast6_net(net);

	anycast6_sysctl_exit(an);
	cancel_delayed_work_sync(&an->damper_work);
	cancel_delayed_work_sync(&an->watch.work);
	cancel_delayed_work_sync(&an->work);

	mutex_lock(&an->lock);
	anycast6_config_clear(an);
	anycast6_joiners_close(an);
	anycast6_notices_exit(an);
	anycast6_route_close(an);
	mutex_unlock(&an->lock);

	anycast6_mark_drop(an);
	rhashtable_destroy(&an->groups);
	xa_destroy(&an->ids);
	xa_destroy(&an->links);
	xa_destroy(&an->domains);
	mutex_destroy(&an->lock);
}

/* A device's, not a subsystem's: exits run before IPv6 and the namespace's
 * devices go.
 */
static struct pernet_operations net_ops = {
	.init = net_init,
	.pre_exit = net_pre_exit,
	.exit = net_exit,
	.id = &anycast6_net_id,
	.size = sizeof(struct anycast6_net),
};

/**
 * anycast6_net_register() - be in every namespace
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int __init anycast6_net_register(void)
{
	int err;

	anycast6_wq = alloc_workqueue("anycast6", WQ_UNBOUND, 0);
	if (!anycast6_wq)
		return -ENOMEM;
	err = register_pernet_device(&net_ops);
	if (err)
		destroy_workqueue(anycast6_wq);
	return err;
}

/**
 * anycast6_net_unregister() - leave every namespace as it was found
 *
 * Context: process.
 */
void anycast6_net_unregister(void)
{
	unregister_pernet_device(&net_ops);
	destroy_workqueue(anycast6_wq);
}
