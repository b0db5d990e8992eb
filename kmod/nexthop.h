/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Next hops: where a remote member's packets go, shared by all members that use
 * it. Alone holds what is known of the way there: its route, its carrier, its
 * neighbour. Knows nothing of addresses that are held.
 */
#ifndef ANYCAST6_NEXTHOP_H
#define ANYCAST6_NEXTHOP_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rhashtable-types.h>

struct anycast6_net;
struct anycast6_path;
struct anycast6_router;
struct neighbour;
struct net_device;

/**
 * struct anycast6_nexthop_key - what makes a next hop one next hop
 * @addr: unicast address, network order
 * @ifindex: interface index of the device that was asked for, 0 if the routes
 *           decide
 * @vrf: interface index of the VRF, 0 outside VRFs
 */
struct anycast6_nexthop_key {
	struct in6_addr addr;
	u32 ifindex;
	u32 vrf;
};

enum anycast6_nexthop_flags {
	ANYCAST6_NEXTHOP_DIRTY,
};

/**
 * enum anycast6_nexthop_change - what is otherwise than it was
 * @ANYCAST6_NEXTHOP_WAY: whether it is up, or behind a gateway
 * @ANYCAST6_NEXTHOP_DISTANCE: the metric of the route, and nothing else of it
 *                             that members' states tell
 */
enum anycast6_nexthop_change {
	ANYCAST6_NEXTHOP_WAY = BIT(0),
	ANYCAST6_NEXTHOP_DISTANCE = BIT(1),
};

/**
 * struct anycast6_nexthop - a next hop
 * @node: in router->nexthops; an->lock
 * @list: in router->nexthop_list; readers under RCU, writers under an->lock
 * @key: constant
 * @members: those that use it; an->lock
 * @flags: ANYCAST6_NEXTHOP_*; atomic
 * @reason: why it is down, enum anycast6_reason, or 0; READ_ONCE()
 * @direct: there is no gateway on the way; an->lock
 * @distance: metric of the route to it; READ_ONCE()
 * @failed: its neighbour does not answer; READ_ONCE(), writers under
 *          router->neighbour_lock
 * @path: the route to it, NULL if unknown; RCU
 * @neighbour: the neighbour that leads there; router->neighbour_lock
 * @neighbour_dev: interface index of the neighbour's link, 0 if there are no
 *                 neighbours on the way; router->neighbour_lock
 * @nud: its state when it was last looked at, NUD_*; router->neighbour_lock
 * @by_neighbour: in router->neighbours while @neighbour_dev;
 *                router->neighbour_lock
 * @solicited: when the failed neighbour was last asked, jiffies; upkeep work
 * @patience: how long to wait before it is asked again, jiffies; upkeep work
 * @rcu: frees it after its readers
 */
struct anycast6_nexthop {
	struct rhash_head node;
	struct list_head list;
	struct anycast6_nexthop_key key;
	struct list_head members;
	unsigned long flags;
	u8 reason;
	bool failed;
	bool direct;
	u32 distance;
	struct anycast6_path __rcu *path;
	struct in6_addr neighbour;
	u32 neighbour_dev;
	u8 nud;
	struct hlist_node by_neighbour;
	unsigned long solicited;
	unsigned long patience;
	struct rcu_head rcu;
};

extern const struct rhashtable_params anycast6_nexthop_params;

struct anycast6_nexthop *
anycast6_nexthop_get(struct anycast6_net *an,
		     const struct anycast6_nexthop_key *key);
void anycast6_nexthop_put(struct anycast6_net *an,
			  struct anycast6_nexthop *nexthop);
unsigned int anycast6_nexthop_refresh(struct anycast6_net *an,
				      struct anycast6_nexthop *nexthop);
bool anycast6_nexthop_is_on(const struct anycast6_nexthop *nexthop,
			    u32 ifindex);
void anycast6_nexthop_move(struct anycast6_net *an,
			   struct anycast6_nexthop *nexthop);

void anycast6_nexthops_mark(struct anycast6_net *an, unsigned long delay);
void anycast6_nexthops_neighbour(struct anycast6_net *an,
				 const struct neighbour *neighbour);
void anycast6_nexthops_forget_dev(struct anycast6_net *an,
				  const struct net_device *dev);
void anycast6_nexthops_solicit(struct anycast6_net *an,
			       struct anycast6_router *router);

#endif
