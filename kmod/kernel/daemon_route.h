/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Daemon routes: routes from which routing daemons learn what is here. They are
 * counted, and changed many at a time. Knows no anycast addresses, no members.
 */
#ifndef ANYCAST6_DAEMON_ROUTE_H
#define ANYCAST6_DAEMON_ROUTE_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rhashtable-types.h>

struct anycast6_net;

/**
 * struct anycast6_daemon_route_key - what distinguishes daemon routes; hashed
 * whole
 * @addr: the destination, network order
 * @len: length of the destination's prefix, 0 to 128
 * @table: number of the routing table
 * @metric: the metric
 */
struct anycast6_daemon_route_key {
	struct in6_addr addr;
	u32 len;
	u32 table;
	u32 metric;
};

enum anycast6_daemon_route_flags {
	/* somebody else has deleted or replaced it */
	ANYCAST6_DAEMON_ROUTE_LOST,
};

/**
 * struct anycast6_daemon_route - a route for routing daemons
 * @node: in an->daemon_routes.table; readers under RCU, writers under an->lock
 * @key: constant
 * @ifindex: interface index of its device, 0 for an unreachable route; an->lock
 * @users: how many addresses need it, 0 if it is to be deleted; READ_ONCE(),
 *         writers under an->lock
 * @there: this module has added it to the FIB, and not deleted it; an->lock
 * @unsure: somebody else may have deleted it from the FIB; an->lock
 * @flags: ANYCAST6_DAEMON_ROUTE_*; atomic
 * @all: in an->daemon_routes.all; an->lock
 * @pending: in an->daemon_routes.pending if it must be added or deleted, else
 *           empty; an->lock
 * @rcu: frees it after its readers
 */
struct anycast6_daemon_route {
	struct rhash_head node;
	struct anycast6_daemon_route_key key;
	u32 ifindex;
	unsigned int users;
	bool there;
	bool unsure;
	unsigned long flags;
	struct list_head all;
	struct list_head pending;
	struct rcu_head rcu;
};

int anycast6_daemon_routes_init(struct anycast6_net *an);
void anycast6_daemon_routes_exit(struct anycast6_net *an);
struct anycast6_daemon_route *
anycast6_daemon_route_get(struct anycast6_net *an,
			  const struct anycast6_daemon_route_key *key,
			  u32 ifindex);
void anycast6_daemon_route_doubt(struct anycast6_net *an,
				 struct anycast6_daemon_route *route);
void anycast6_daemon_route_put(struct anycast6_net *an,
			       struct anycast6_daemon_route *route);
bool anycast6_daemon_routes_send(struct anycast6_net *an);
bool anycast6_daemon_routes_lose(struct anycast6_net *an,
				 const struct anycast6_daemon_route_key *key);

#endif
