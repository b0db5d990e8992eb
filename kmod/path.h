/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paths: the cached route of a next hop, and the way a single packet takes.
 * Knows routes, not who is reached by them.
 */
#ifndef ANYCAST6_PATH_H
#define ANYCAST6_PATH_H

#include <linux/rcupdate.h>
#include <linux/types.h>

struct anycast6_nexthop;
struct dst_entry;
struct in6_addr;
struct net;
struct net_device;
struct sk_buff;

/**
 * struct anycast6_path - a cached route
 * @dst: the route, with a reference
 * @cookie: tells dst_check() when it was looked up
 * @rcu: frees it after its readers
 */
struct anycast6_path {
	struct dst_entry *dst;
	u32 cookie;
	struct rcu_head rcu;
};

/**
 * struct anycast6_way - where one packet goes
 * @dst: the route; valid under RCU
 * @counted: @dst comes with a reference
 */
struct anycast6_way {
	struct dst_entry *dst;
	bool counted;
};

bool anycast6_path_find(struct net *net, struct anycast6_nexthop *nexthop,
			const struct sk_buff *skb, struct net_device *iif,
			struct anycast6_way *way);
struct anycast6_path *anycast6_path_get(struct net *net,
					struct anycast6_nexthop *nexthop);
bool anycast6_path_forget(struct anycast6_nexthop *nexthop,
			  const struct net_device *dev);
void anycast6_path_free(struct anycast6_path *path);
u32 anycast6_path_metric(const struct anycast6_path *path);

void anycast6_way_drop(struct anycast6_way *way);
bool anycast6_way_is_back(const struct dst_entry *dst,
			  const struct sk_buff *skb);

#endif
