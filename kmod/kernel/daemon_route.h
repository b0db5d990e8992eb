/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notices: routes that tell routing daemons what is here. Counted, and changed
 * many at a time. Knows nothing of addresses and members.
 */
#ifndef ANYCAST6_DAEMON_ROUTE_H
#define ANYCAST6_DAEMON_ROUTE_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rhashtable-types.h>

struct anycast6_net;

/**
 * struct anycast6_daemon_route_key - what makes a notice one notice
 * @addr: where its route leads, network order
 * @len: length of the prefix
 * @table: the table of the route
 * @metric: its metric
 */
struct anycast6_daemon_route_key {
	struct in6_addr addr;
	u32 len;
	u32 table;
	u32 metric;
};

enum anycast6_daemon_route_flags {
	ANYCAST6_DAEMON_ROUTE_LOST,
};

/**
 * struct anycast6_daemon_route - a route for routing daemons
 * @node: in the notices' table; readers under RCU, writers under an->lock
 * @key: constant
 * @ifindex: interface index of its device, 0 for an unreachable one; an->lock
 * @users: addresses that need it; READ_ONCE(), writers under an->lock
 * @there: the route was made, and not deleted; an->lock
 * @unsure: somebody else may have deleted it; an->lock
 * @flags: ANYCAST6_NOTICE_*; atomic
 * @all: in the notices' list; an->lock
 * @pending: in the list of those that are to change, else empty; an->lock
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
