// SPDX-License-Identifier: GPL-2.0
/*
 * The module's state in every network namespace: made with the namespace, torn
 * down with it. Knows the order of the steps, not what each of them does.
 */
#include <linux/rhashtable.h>

#include "kernel/daemon_route.h"
#include "kernel/join.h"
#include "kernel/route.h"
#include "kernel/sysctl.h"
#include "message/flow_notify.h"
#include "namespace.h"
#include "net.h"
#include "object/damper.h"
#include "object/group.h"
#include "object/mark.h"
#include "object/watch.h"
#include "probe/probe_reply.h"
#include "reconcile/reconcile.h"
#include "request/remove.h"
#include "steer/hooks.h"

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
	an->flow_grace = MSEC_PER_SEC;
	an->reply_times.asked = 30 * HZ;
	/* RFC 4787 section 4.3: over 2 min */
	an->reply_times.answered = 180 * HZ;
	/* nobody tells of rules before anycast6_events_listen() */
	atomic_set(&an->odd_rules, 1);
	mutex_init(&an->lock);
	xa_init_flags(&an->ids, XA_FLAGS_ALLOC);
	xa_init(&an->links);
	xa_init(&an->domains);
	INIT_LIST_HEAD(&an->entries);
	INIT_LIST_HEAD(&an->joiners);
	anycast6_probe_reply_init(&an->reply_budgets);
	spin_lock_init(&an->names_lock);
	init_llist_head(&an->dirty);
	INIT_DELAYED_WORK(&an->work, anycast6_reconcile_work);
	INIT_LIST_HEAD(&an->damped);
	INIT_DELAYED_WORK(&an->damper_work, anycast6_damper_work);
	anycast6_watch_init(&an->watch);
	INIT_DELAYED_WORK(&an->router_work, anycast6_router_work);
	INIT_DELAYED_WORK(&an->flow_work, anycast6_flow_notify_work);

	err = rhashtable_init(&an->groups, &anycast6_group_params);
	if (err)
		return err;
	err = anycast6_daemon_routes_init(an);
	if (err)
		goto destroy_groups;
	err = anycast6_sysctl_init(an);
	if (err)
		goto destroy_daemon_routes;
	return 0;

destroy_daemon_routes:
	rhashtable_destroy(&an->daemon_routes.table);
destroy_groups:
	rhashtable_destroy(&an->groups);
	return err;
}

/* The core waits for a grace period between this and net_exit(): after it
 * nobody queues work. Pairs with anycast6_net_queue() in net.c, and with all
 * that read an->dead under RCU.
 */
static void __net_exit net_pre_exit(struct net *net)
{
	WRITE_ONCE(anycast6_net(net)->dead, true);
}

/* The works take an->lock, so they end before it is taken here. Removing
 * everything needs the joiners, the daemon routes and the socket to rtnetlink,
 * so these go after it, the socket last. What removal marks is dropped then.
 */
static void __net_exit net_exit(struct net *net)
{
	struct anycast6_net *an = anycast6_net(net);

	anycast6_sysctl_exit(an);
	cancel_delayed_work_sync(&an->damper_work);
	cancel_delayed_work_sync(&an->watch.work);
	cancel_delayed_work_sync(&an->work);
	cancel_delayed_work_sync(&an->router_work);
	cancel_delayed_work_sync(&an->flow_work);

	mutex_lock(&an->lock);
	anycast6_remove_everything(an);
	anycast6_router_end(an);
	anycast6_joiners_close(an);
	anycast6_daemon_routes_exit(an);
	anycast6_route_close(an);
	mutex_unlock(&an->lock);

	anycast6_mark_drop(an);
	rhashtable_destroy(&an->groups);
	xa_destroy(&an->ids);
	xa_destroy(&an->links);
	xa_destroy(&an->domains);
	mutex_destroy(&an->lock);
}

/* To be registered as a device's, not as a subsystem's: these exits run before
 * those of IPv6, and before the namespace's devices are unregistered.
 */
static struct pernet_operations net_ops = {
	.init = net_init,
	.pre_exit = net_pre_exit,
	.exit = net_exit,
	.id = &anycast6_net_id,
	.size = sizeof(struct anycast6_net),
};

/**
 * anycast6_namespace_register() - make the state of all namespaces, those that
 * are there and those to come
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int __init anycast6_namespace_register(void)
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
 * anycast6_namespace_unregister() - leave every namespace as it was found; no
 * request and no event comes any more
 *
 * Context: process.
 */
void anycast6_namespace_unregister(void)
{
	unregister_pernet_device(&net_ops);
	destroy_workqueue(anycast6_wq);
}
