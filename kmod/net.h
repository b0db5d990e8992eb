/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of one network namespace, and who protects what in it.
 * Knows no packets and no netlink.
 */
#ifndef ANYCAST6_NET_H
#define ANYCAST6_NET_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include "lib/budget.h"

struct anycast6_host;
struct anycast6_nexthops;
struct anycast6_probe_queue;
struct anycast6_router;
struct ctl_table_header;
struct socket;

/**
 * struct anycast6_limits - what a namespace may use
 * @addresses: anycast addresses
 * @members: members, over all addresses
 * @joins: joins in the kernel's own anycast code
 * @flows: flows that stay with their member
 */
struct anycast6_limits {
	unsigned int addresses;
	unsigned int members;
	unsigned int joins;
	unsigned int flows;
};

/**
 * struct anycast6_daemon_routes - those of a namespace
 * @table: by key; readers under RCU, writers under an->lock
 * @all: the same ones; an->lock
 * @pending: those whose route is to come or go; an->lock
 * @lost: somebody has deleted some; atomic
 */
struct anycast6_daemon_routes {
	struct rhashtable table;
	struct list_head all;
	struct list_head pending;
	unsigned long lost;
};

/**
 * struct anycast6_watch - a namespace's
 * @members: those with services, the one that was looked at last at the end;
 *           an->lock
 * @n: how many; READ_ONCE(), writers under an->lock
 * @left: how many of this round are not looked at yet; an->lock
 * @work: looks at them
 */
struct anycast6_watch {
	struct list_head members;
	unsigned int n;
	unsigned int left;
	struct delayed_work work;
};

/**
 * struct anycast6_reply_budgets - what a namespace may answer
 * @lock: protects the budgets
 * @errors: how many answers may be errors
 * @urgent: how many answers may go before other packets
 */
struct anycast6_reply_budgets {
	spinlock_t lock;	/* protects the budgets */
	struct anycast6_budget errors;
	struct anycast6_budget urgent;
};

/**
 * struct anycast6_net - anycast6 in one network namespace
 * @net: the namespace
 * @lock: serialises all that changes configuration or state; taken before
 *        RTNL, never inside it
 * @groups: addresses by key; readers under RCU, writers under @lock
 * @ids: the same addresses in order of creation, for dumps; as @groups
 * @next_id: where @ids goes on; @lock
 * @links: devices that have members or entries, by interface index; readers
 *         under RCU, writers under @lock
 * @domains: routing domains in use, by interface index of the VRF; @lock
 * @entries: subnet-router and reserved entries; readers under RCU, writers
 *           under @lock
 * @joiners: sockets that hold joins, those with room first; @lock
 * @daemon_routes: routes for routing daemons
 * @rtnl: socket to rtnetlink, made when first needed; @lock
 * @used: how much of @limits is in use; @lock
 * @limits: sysctls, READ_ONCE()
 * @sysctls: their table
 * @host: what it has while there are local members; RCU, writers under @lock
 * @router: what it has while there are remote members; RCU, writers under @lock
 * @nexthops: next hops, while there are remote members; RCU, writers under @lock
 * @probe_queue: what it has while there are probed members; RCU, writers under @lock
 * @reply_budgets: what it may answer to others' probes
 * @contested: members of this node that others on their link watch; READ_ONCE(),
 *           writers under @lock
 * @names_lock: protects the names of members
 * @sources: addresses whose answers are configured; READ_ONCE(), writers under
 *           @lock
 * @watch: of the members with services
 * @seq: changes with every change of the configuration, READ_ONCE(); 0 never
 * @dirty: addresses to reconcile, each with a reference; lock-free
 * @links_dirty: a link in @links has its dirty bit set; atomic
 * @work: reconciles what is dirty
 * @damped: members that were down and wait; @lock
 * @damper_work: looks at them when the first has waited for long enough
 * @retry: how long what the kernel refused has waited, jiffies; @lock
 * @fib_nb: told of routes and rules, while there are addresses
 * @odd_rules: how many rules may route packets of one address differently;
 *             atomic
 * @listening: @fib_nb is registered; @lock
 * @dead: the namespace goes, no work may be queued; READ_ONCE()
 */
struct anycast6_net {
	struct net *net;
	struct mutex lock;	/* protects configuration and state */
	struct rhashtable groups;
	struct xarray ids;
	u32 next_id;
	struct xarray links;
	struct xarray domains;
	struct list_head entries;
	struct list_head joiners;
	struct anycast6_daemon_routes daemon_routes;
	struct socket *rtnl;
	struct anycast6_limits used;
	struct anycast6_limits limits;
	struct ctl_table_header *sysctls;
	struct anycast6_host __rcu *host;
	struct anycast6_router __rcu *router;
	struct anycast6_nexthops __rcu *nexthops;
	struct anycast6_probe_queue __rcu *probe_queue;
	struct anycast6_reply_budgets reply_budgets;
	unsigned int contested;
	spinlock_t names_lock;	/* protects names of members */
	unsigned int sources;
	struct anycast6_watch watch;
	unsigned int seq;
	struct llist_head dirty;
	unsigned long links_dirty;
	struct delayed_work work;
	struct list_head damped;
	struct delayed_work damper_work;
	unsigned long retry;
	struct notifier_block fib_nb;
	atomic_t odd_rules;
	bool listening;
	bool dead;
};

extern unsigned int anycast6_net_id;
extern struct workqueue_struct *anycast6_wq;

struct anycast6_net *anycast6_net(const struct net *net);
void anycast6_net_changed(struct anycast6_net *an);
void anycast6_net_queue(struct anycast6_net *an, struct delayed_work *work,
			unsigned long delay);

void anycast6_net_reconcile(struct anycast6_net *an, unsigned long delay);

#endif
