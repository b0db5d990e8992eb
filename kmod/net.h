/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of one network namespace: how it is found, and how its work is
 * queued. Knows who protects what in it, not what is done with it.
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
#include "lib/recall.h"

struct anycast6_host;
struct anycast6_nexthops;
struct anycast6_probe_queue;
struct anycast6_router;
struct ctl_table_header;
struct socket;

/**
 * struct anycast6_limits - how much a namespace may use, or uses
 * @addresses: anycast addresses
 * @members: members, over all addresses
 * @joins: joins in the kernel's own anycast code
 * @flows: flows that stay with their member, and, apart from these, peers whose
 *         answers get a source
 */
struct anycast6_limits {
	unsigned int addresses;
	unsigned int members;
	unsigned int joins;
	unsigned int flows;
};

/**
 * struct anycast6_daemon_routes - a namespace's routes for routing daemons
 * @table: by key; readers under RCU, writers under an->lock
 * @all: the same routes; an->lock
 * @pending: those that must be added or deleted; an->lock
 * @lost: bit 0: somebody else has deleted or replaced some; atomic
 */
struct anycast6_daemon_routes {
	struct rhashtable table;
	struct list_head all;
	struct list_head pending;
	unsigned long lost;
};

/**
 * struct anycast6_watch - the watch over a namespace's members with services
 * @members: these members, the one that was looked at last at the end; an->lock
 * @n: how many there are; READ_ONCE(), writers under an->lock
 * @left: how many of this round are not looked at yet; an->lock
 * @work: looks whether somebody listens at their services
 */
struct anycast6_watch {
	struct list_head members;
	unsigned int n;
	unsigned int left;
	struct delayed_work work;
};

/**
 * struct anycast6_reply_budgets - how many probes of others a namespace answers
 * @lock: protects the budgets
 * @errors: answers that are ICMPv6 errors
 * @urgent: answers that are sent with priority
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
 * @links: devices with members or entries, and the module's own, by interface
 *         index; readers under RCU, writers under @lock
 * @domains: routing domains in use, by interface index of the VRF, 0 outside
 *           VRFs; @lock
 * @entries: subnet-router and reserved entries; readers under RCU, writers
 *           under @lock
 * @joiners: sockets that hold joins, those with room first; @lock
 * @daemon_routes: routes for routing daemons
 * @rtnl: socket to rtnetlink, made when first needed; @lock
 * @used: how much of @limits is in use, but for flows; @lock
 * @limits: sysctls, READ_ONCE()
 * @flow_grace: for how long a connection waits for a path that is gone, ms;
 *              sysctl, READ_ONCE()
 * @flow_reset: 1 if segments of connections whose member is down are answered by
 *              an RST, else 0; sysctl, READ_ONCE()
 * @reply_times: for how long questions are remembered, jiffies; sysctls,
 *               READ_ONCE()
 * @sysctls: their table; constant
 * @host: peers and hooks, NULL without local members; RCU, writers under @lock
 * @router: flows and hooks, NULL without remote members, but for flows that may
 *          be claimed again; RCU, writers under @lock
 * @flow_work: tells listeners what is new of flows
 * @router_work: forgets such flows when nobody has claimed them
 * @nexthops: next hops, NULL without remote members; RCU, writers under @lock
 * @probe_queue: probes to send, NULL without probed members; RCU, writers under
 *               @lock
 * @reply_budgets: limits on answers to probes of others
 * @contested: members of this node that have a role, because probed remote
 *             members are on their link, too; READ_ONCE(), writers under @lock
 * @names_lock: protects member->name and member->renamed; innermost
 * @sources: addresses that have a struct anycast6_source; READ_ONCE(), writers
 *           under @lock
 * @watch: the watch over members with services
 * @seq: changes with every change of the configuration, never 0; READ_ONCE(),
 *       writers under @lock
 * @dirty: addresses to reconcile, each with a reference; lock-free
 * @links_dirty: bit 0: a link in @links has its dirty bit set; atomic
 * @work: reconciles what is marked in @dirty and @links
 * @damped: members that were down, are fit again, and wait for their hold time;
 *          @lock
 * @damper_work: marks the members in @damped whose hold time is over
 * @retry: delay before what the kernel refused is tried again, jiffies; @lock
 * @fib_nb: told of routes and rules, while there are addresses
 * @odd_rules: how many rules may route packets of one address differently; 1
 *             while nobody tells of rules; atomic
 * @nexthop_nb: told of nexthop objects, with @fib_nb
 * @listening: @fib_nb and @nexthop_nb are registered; @lock
 * @flow_dumps: how many dumps of flows are under way; atomic
 * @dead: the namespace goes, no work may be queued; set once, READ_ONCE() under
 *        RCU
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
	unsigned int flow_grace;
	unsigned int flow_reset;
	struct anycast6_recall_times reply_times;
	struct ctl_table_header *sysctls;
	struct anycast6_host __rcu *host;
	struct anycast6_router __rcu *router;
	struct delayed_work router_work;
	struct delayed_work flow_work;
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
	struct notifier_block nexthop_nb;
	atomic_t flow_dumps;
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
