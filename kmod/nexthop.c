// SPDX-License-Identifier: GPL-2.0
/*
 * Next hops: where a remote member's packets go, and whether the way there is
 * alive. Knows nothing of addresses that are held.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include <uapi/linux/anycast6.h>

#include "net.h"
#include "nexthop.h"
#include "path.h"
#include "router.h"

/* A neighbour that does not answer is asked again after a second, then more
 * rarely.
 */
#define PATIENCE_MIN	((unsigned long)HZ)
#define PATIENCE_MAX	(32 * PATIENCE_MIN)

const struct rhashtable_params anycast6_nexthop_params = {
	.head_offset = offsetof(struct anycast6_nexthop, node),
	.key_offset = offsetof(struct anycast6_nexthop, key),
	.key_len = sizeof(struct anycast6_nexthop_key),
	.automatic_shrinking = true,
};

/**
 * anycast6_nexthop_get() - find or make a next hop
 * @an: the namespace, with its router
 * @key: what makes it
 *
 * Context: process, under @an->lock.
 * Return: the next hop, gone with the last of its members, or an ERR_PTR().
 */
struct anycast6_nexthop *
anycast6_nexthop_get(struct anycast6_net *an,
		     const struct anycast6_nexthop_key *key)
{
	struct anycast6_router *router = anycast6_router(an);
	struct anycast6_nexthop *nexthop;
	int err;

	nexthop = rhashtable_lookup_fast(&router->nexthops, key,
					 anycast6_nexthop_params);
	if (nexthop)
		return nexthop;

	nexthop = kzalloc(sizeof(*nexthop), GFP_KERNEL_ACCOUNT);
	if (!nexthop)
		return ERR_PTR(-ENOMEM);
	nexthop->key = *key;
	nexthop->patience = PATIENCE_MIN;
	nexthop->solicited = jiffies;
	INIT_LIST_HEAD(&nexthop->members);
	err = rhashtable_insert_fast(&router->nexthops, &nexthop->node,
				     anycast6_nexthop_params);
	if (err) {
		kfree(nexthop);
		return ERR_PTR(err);
	}
	list_add_tail_rcu(&nexthop->list, &router->nexthop_list);
	anycast6_nexthop_refresh(an, nexthop);
	return nexthop;
}

static void free_rcu(struct rcu_head *head)
{
	struct anycast6_nexthop *nexthop =
		container_of(head, struct anycast6_nexthop, rcu);

	/* a packet may have put one there until now */
	anycast6_path_drop(nexthop);
	kfree(nexthop);
}

static void set_neighbour(struct anycast6_router *router,
			  struct anycast6_nexthop *nexthop,
			  const struct in6_addr *addr, u32 ifindex)
{
	spin_lock_bh(&router->neighbour_lock);
	if (nexthop->neighbour_dev)
		hash_del(&nexthop->by_neighbour);
	nexthop->neighbour = *addr;
	nexthop->neighbour_dev = ifindex;
	nexthop->nud = NUD_NONE;
	WRITE_ONCE(nexthop->failed, false);
	if (ifindex)
		hash_add(router->neighbours, &nexthop->by_neighbour,
			 ipv6_addr_hash(addr));
	spin_unlock_bh(&router->neighbour_lock);
}

/**
 * anycast6_nexthop_put() - a member uses a next hop no longer
 * @an: the namespace
 * @nexthop: the next hop
 *
 * Context: process, under @an->lock.
 */
void anycast6_nexthop_put(struct anycast6_net *an,
			  struct anycast6_nexthop *nexthop)
{
	struct anycast6_router *router = anycast6_router(an);

	if (!list_empty(&nexthop->members))
		return;
	set_neighbour(router, nexthop, &in6addr_any, 0);
	rhashtable_remove_fast(&router->nexthops, &nexthop->node,
			       anycast6_nexthop_params);
	list_del_rcu(&nexthop->list);
	anycast6_path_drop(nexthop);
	call_rcu(&nexthop->rcu, free_rcu);
}

static bool has_neighbours(const struct net_device *dev)
{
	return !(dev->flags & (IFF_NOARP | IFF_LOOPBACK));
}

/* What fails was probed before, or never answered: else it was deleted, and will
 * be found again. Under router->neighbour_lock.
 */
static void note_state(struct anycast6_nexthop *nexthop, u8 nud_state)
{
	if (nud_state & NUD_VALID)
		WRITE_ONCE(nexthop->failed, false);
	else if (nud_state & NUD_FAILED &&
		 !(nexthop->nud & (NUD_VALID & ~NUD_PROBE)))
		WRITE_ONCE(nexthop->failed, true);
	nexthop->nud = nud_state;
}

/* Before anybody needs it, so that the first packet need not wait for it. */
static void meet(struct net_device *dev, const struct in6_addr *addr)
{
	struct neighbour *neighbour;

	neighbour = __ipv6_neigh_lookup_noref(dev, addr);
	if (neighbour)
		return;
	neighbour = neigh_create(&nd_tbl, addr, dev);
	if (IS_ERR(neighbour))
		return;
	neigh_event_send(neighbour, NULL);
	neigh_release(neighbour);
}

static void follow_neighbour(struct anycast6_router *router,
			     struct anycast6_nexthop *nexthop,
			     const struct dst_entry *dst)
{
	struct net_device *dev = dst ? dst->dev : NULL;
	const struct neighbour *neighbour;
	const struct in6_addr *addr;

	if (!dev || !has_neighbours(dev)) {
		set_neighbour(router, nexthop, &in6addr_any, 0);
		return;
	}

	addr = rt6_nexthop(dst_rt6_info(dst), &nexthop->key.addr);
	if (nexthop->neighbour_dev != dev->ifindex ||
	    !ipv6_addr_equal(&nexthop->neighbour, addr)) {
		set_neighbour(router, nexthop, addr, dev->ifindex);
		meet(dev, addr);
	}
	/* after its events are heard of */
	spin_lock_bh(&router->neighbour_lock);
	neighbour = __ipv6_neigh_lookup_noref(dev, addr);
	if (neighbour)
		note_state(nexthop, READ_ONCE(neighbour->nud_state));
	spin_unlock_bh(&router->neighbour_lock);
}

static u8 reason_of(const struct anycast6_nexthop *nexthop,
		    const struct anycast6_path *path)
{
	if (!path)
		return ANYCAST6_REASON_ROUTE;
	if (!netif_running(path->dst->dev))
		return ANYCAST6_REASON_ADMIN;
	if (!netif_carrier_ok(path->dst->dev))
		return ANYCAST6_REASON_LINK;
	if (nexthop->failed)
		return ANYCAST6_REASON_NEIGHBOUR;
	return 0;
}

/**
 * anycast6_nexthop_refresh() - look at the way to a next hop again
 * @an: the namespace
 * @nexthop: the next hop
 *
 * Context: process, under @an->lock.
 * Return: of enum anycast6_nexthop_change, what is otherwise than it was.
 */
unsigned int anycast6_nexthop_refresh(struct anycast6_net *an,
				      struct anycast6_nexthop *nexthop)
{
	struct anycast6_router *router = anycast6_router(an);
	u32 distance = nexthop->distance;
	bool direct = nexthop->direct;
	const struct anycast6_path *path;
	unsigned int changed = 0;
	u8 reason;

	lockdep_assert_held(&an->lock);

	rcu_read_lock();
	path = anycast6_path_get(an->net, nexthop);
	follow_neighbour(router, nexthop, path ? path->dst : NULL);
	reason = reason_of(nexthop, path);
	if (path) {
		distance = anycast6_path_metric(path);
		direct = anycast6_path_is_direct(path);
	}
	/* flow tables that took the route see that it is good no more */
	if (reason && !nexthop->reason)
		anycast6_path_renew(an->net, nexthop);
	rcu_read_unlock();

	if (nexthop->reason != reason || nexthop->direct != direct)
		changed |= ANYCAST6_NEXTHOP_WAY;
	if (nexthop->distance != distance) {
		/* of one that comes back its members' new state tells */
		if (nexthop->reason == reason)
			changed |= ANYCAST6_NEXTHOP_DISTANCE;
		anycast6_net_changed(an);
	}
	nexthop->direct = direct;
	WRITE_ONCE(nexthop->reason, reason);
	WRITE_ONCE(nexthop->distance, distance);
	return changed;
}

/**
 * anycast6_nexthop_is_on() - whether a next hop is a neighbour on a link
 * @nexthop: the next hop
 * @ifindex: interface index of the link
 *
 * Context: process, under an->lock.
 * Return: false also if it is behind a gateway there.
 */
bool anycast6_nexthop_is_on(const struct anycast6_nexthop *nexthop, u32 ifindex)
{
	return nexthop->direct && nexthop->neighbour_dev == ifindex;
}

/**
 * anycast6_nexthop_move() - flows leave a next hop for a reason of their member
 * @an: the namespace
 * @nexthop: the next hop
 *
 * Flow tables that took the route see that it is good no more, and ask again.
 *
 * Context: process, under @an->lock.
 */
void anycast6_nexthop_move(struct anycast6_net *an,
			   struct anycast6_nexthop *nexthop)
{
	lockdep_assert_held(&an->lock);
	anycast6_path_drop(nexthop);
}

/**
 * anycast6_nexthops_mark() - something happened to devices or routes
 * @an: the namespace
 * @delay: how long it may take until it is seen, jiffies
 *
 * Context: any, under RCU.
 */
void anycast6_nexthops_mark(struct anycast6_net *an, unsigned long delay)
{
	struct anycast6_router *router = rcu_dereference(an->router);

	/* not put off by what happens meanwhile */
	if (router && !test_and_set_bit(ANYCAST6_NEXTHOPS_ALL,
					&router->nexthops_dirty))
		anycast6_net_reconcile(an, delay);
}

/**
 * anycast6_nexthops_neighbour() - something happened to a neighbour
 * @an: the namespace
 * @neighbour: the neighbour
 *
 * The next packet already heeds it.
 *
 * Context: any, under RCU.
 */
void anycast6_nexthops_neighbour(struct anycast6_net *an,
				 const struct neighbour *neighbour)
{
	const struct in6_addr *addr = (const struct in6_addr *)
				      neighbour->primary_key;
	struct anycast6_router *router = rcu_dereference(an->router);
	u8 nud_state = READ_ONCE(neighbour->nud_state);
	struct anycast6_nexthop *nexthop;
	bool changed = false;

	if (!router)
		return;
	spin_lock_bh(&router->neighbour_lock);
	hash_for_each_possible(router->neighbours, nexthop, by_neighbour,
			       ipv6_addr_hash(addr)) {
		bool failed = nexthop->failed;

		if (nexthop->neighbour_dev != neighbour->dev->ifindex ||
		    !ipv6_addr_equal(&nexthop->neighbour, addr))
			continue;
		note_state(nexthop, nud_state);
		if (nexthop->failed == failed)
			continue;
		set_bit(ANYCAST6_NEXTHOP_DIRTY, &nexthop->flags);
		changed = true;
	}
	spin_unlock_bh(&router->neighbour_lock);
	if (!changed)
		return;
	set_bit(ANYCAST6_NEXTHOPS_SOME, &router->nexthops_dirty);
	anycast6_net_reconcile(an, 0);
}

/**
 * anycast6_nexthops_forget_dev() - let go of a device that goes
 * @an: the namespace
 * @dev: the device
 *
 * Context: any, under RCU.
 */
void anycast6_nexthops_forget_dev(struct anycast6_net *an,
				  const struct net_device *dev)
{
	struct anycast6_router *router = rcu_dereference(an->router);
	struct anycast6_nexthop *nexthop;

	if (!router)
		return;
	list_for_each_entry_rcu(nexthop, &router->nexthop_list, list)
		anycast6_path_forget(nexthop, dev);
}

static void solicit(struct anycast6_net *an, struct anycast6_router *router,
		    const struct anycast6_nexthop *nexthop)
{
	struct neighbour *neighbour;
	struct net_device *dev;
	struct in6_addr addr;
	u32 ifindex;

	spin_lock_bh(&router->neighbour_lock);
	addr = nexthop->neighbour;
	ifindex = nexthop->neighbour_dev;
	spin_unlock_bh(&router->neighbour_lock);

	dev = dev_get_by_index_rcu(an->net, ifindex);
	if (!dev || !netif_running(dev))
		return;
	neighbour = neigh_create(&nd_tbl, &addr, dev);
	if (IS_ERR(neighbour))
		return;
	neigh_event_send(neighbour, NULL);
	neigh_release(neighbour);
}

/**
 * anycast6_nexthops_solicit() - ask neighbours that did not answer again
 * @an: the namespace
 * @router: its router
 *
 * A failed neighbour stays failed as long as there is no traffic for it, and
 * there is none because it failed.
 *
 * Context: process, of upkeep only.
 */
void anycast6_nexthops_solicit(struct anycast6_net *an,
			       struct anycast6_router *router)
{
	struct anycast6_nexthop *nexthop;

	rcu_read_lock();
	list_for_each_entry_rcu(nexthop, &router->nexthop_list, list) {
		if (!READ_ONCE(nexthop->failed)) {
			nexthop->patience = PATIENCE_MIN;
			nexthop->solicited = jiffies;
			continue;
		}
		if (time_before(jiffies,
				nexthop->solicited + nexthop->patience))
			continue;
		solicit(an, router, nexthop);
		nexthop->solicited = jiffies;
		nexthop->patience = min(2 * nexthop->patience, PATIENCE_MAX);
	}
	rcu_read_unlock();
}
