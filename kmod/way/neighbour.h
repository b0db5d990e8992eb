/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of the neighbours that lead to next hops: whether they answer, and
 * when those that do not are asked again. Is told which ones they are.
 */
#ifndef ANYCAST6_NEIGHBOUR_H
#define ANYCAST6_NEIGHBOUR_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>

struct anycast6_net;
struct anycast6_nexthop;
struct anycast6_nexthops;
struct neighbour;
struct net_device;

/**
 * struct anycast6_neighbour - a neighbour that leads to a next hop
 * @node: in the next hop's slot, neighbours; readers under RCU, writers under
 *        an->lock and nexthops->neighbour_lock
 * @by_address: in nexthops->neighbours while @watched; nexthops->neighbour_lock
 * @nexthop: the next hop, while @node is in its list; constant
 * @addr: the neighbour's address, network order; constant
 * @ifindex: interface index of its link; constant
 * @leads: a leg of the path leads by it; else the kernel leaves it out of the equal
 *         routes while it does not answer, say. Writers under an->lock and
 *         nexthops->neighbour_lock
 * @watched: its link has neighbour discovery, and a carrier; as @leads
 * @failed: it does not answer; READ_ONCE(), writers under nexthops->neighbour_lock
 * @nud: its last known state, NUD_*; nexthops->neighbour_lock
 * @reason: why the leg by it could not be taken when it was last looked at, enum
 *          anycast6_reason, or 0; an->lock
 * @solicited: when it was last solicited because it failed, jiffies; only the
 *             router's upkeep work
 * @patience: how long to wait before it is solicited again, jiffies; as
 *            @solicited
 * @users: the list that @node is in, and each leg by it
 * @rcu: frees it after its readers
 */
struct anycast6_neighbour {
	struct list_head node;
	struct hlist_node by_address;
	struct anycast6_nexthop *nexthop;
	struct in6_addr addr;
	u32 ifindex;
	bool leads;
	bool watched;
	bool failed;
	u8 nud;
	u8 reason;
	unsigned long solicited;
	unsigned long patience;
	refcount_t users;
	struct rcu_head rcu;
};

struct anycast6_neighbour *
anycast6_neighbour_search(const struct list_head *neighbours,
			  const struct in6_addr *addr, u32 ifindex);
struct anycast6_neighbour *
anycast6_neighbour_find(const struct list_head *neighbours,
			const struct in6_addr *addr, u32 ifindex);
void anycast6_neighbour_put(struct anycast6_neighbour *neighbour);

struct anycast6_neighbour *
anycast6_neighbour_make(struct anycast6_nexthops *nexthops,
			struct anycast6_nexthop *nexthop,
			const struct in6_addr *addr, u32 ifindex);
void anycast6_neighbour_drop(struct anycast6_nexthops *nexthops,
			     struct anycast6_neighbour *neighbour);
void anycast6_neighbour_watch(struct anycast6_nexthops *nexthops,
			      struct anycast6_neighbour *neighbour,
			      struct net_device *dev);
void anycast6_neighbours_settle(struct anycast6_nexthop *nexthop);

void anycast6_neighbour_changed(struct anycast6_net *an,
				const struct neighbour *neighbour);
void anycast6_neighbours_solicit(struct anycast6_net *an);

#endif
