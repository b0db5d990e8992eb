// SPDX-License-Identifier: GPL-2.0
/*
 * The neighbours that lead to next hops, and whether they answer.
 * Knows neighbours; is told the routes to a next hop, and does not look them up.
 */
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/ip6_route.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include "kernel/equal_routes.h"
#include "way/leg.h"
#include "way/neighbour.h"
#include "way/nexthop.h"
#include "way/path.h"

/* Failed neighbours are solicited again after a second, then more rarely. */
#define PATIENCE_MIN	((unsigned long)HZ)
#define PATIENCE_MAX	(32 * PATIENCE_MIN)

/* ---- finding them ---- */

/* Under RCU, or an->lock. */
static struct anycast6_neighbour *
search_neighbour(const struct list_head *neighbours,
		 const struct in6_addr *addr, u32 ifindex)
{
	struct anycast6_neighbour *neighbour;

	list_for_each_entry_rcu(neighbour, neighbours, node)
		if (neighbour->ifindex == ifindex &&
		    ipv6_addr_equal(&neighbour->addr, addr))
			return neighbour;
	return NULL;
}

/**
 * anycast6_neighbour_find() - find what is known of a neighbour
 * @neighbours: those that lead to the target
 * @addr: its address, network order
 * @ifindex: interface index of its link
 *
 * Context: any, under RCU.
 * Return: the neighbour, for anycast6_neighbour_put(), or NULL.
 */
struct anycast6_neighbour *
anycast6_neighbour_find(const struct list_head *neighbours,
			const struct in6_addr *addr, u32 ifindex)
{
	struct anycast6_neighbour *neighbour;

	neighbour = search_neighbour(neighbours, addr, ifindex);
	return neighbour && refcount_inc_not_zero(&neighbour->users) ?
	       neighbour : NULL;
}

/**
 * anycast6_neighbour_put() - end the use of what is known of a neighbour
 * @neighbour: the neighbour, or NULL
 *
 * Context: any.
 */
void anycast6_neighbour_put(struct anycast6_neighbour *neighbour)
{
	if (neighbour && refcount_dec_and_test(&neighbour->users))
		kfree_rcu(neighbour, rcu);
}

/* ---- whether they answer ---- */

/* Without carrier nobody answers solicitations, which tells nothing of the time when
 * the carrier is back.
 */
static bool has_neighbours(const struct net_device *dev)
{
	return !(dev->flags & (IFF_NOARP | IFF_LOOPBACK)) &&
	       netif_carrier_ok(dev);
}

/* NUD_FAILED counts only after NUD_PROBE, or if the neighbour never answered.
 * Otherwise somebody deleted the entry, and the next packet makes a new one.
 * Under nexthops->neighbour_lock.
 */
static void note_state(struct anycast6_neighbour *neighbour, u8 nud_state)
{
	if (nud_state & NUD_VALID)
		WRITE_ONCE(neighbour->failed, false);
	else if (nud_state & NUD_FAILED &&
		 !(neighbour->nud & (NUD_VALID & ~NUD_PROBE)))
		WRITE_ONCE(neighbour->failed, true);
	neighbour->nud = nud_state;
}

/* Finds out whether all have failed that lead there.
 * Under nexthops->neighbour_lock.
 */
static void settle_failed(struct anycast6_nexthop *nexthop)
{
	const struct anycast6_neighbour *neighbour;
	bool failed = false;

	list_for_each_entry(neighbour, &nexthop->slot.neighbours, node) {
		if (!neighbour->leads)
			continue;
		failed = neighbour->failed;
		if (!failed)
			break;
	}
	WRITE_ONCE(nexthop->slot.failed, failed && !nexthop->unsure);
}

static void ask_neighbour(struct net_device *dev, const struct in6_addr *addr)
{
	struct neighbour *neighbour;

	neighbour = neigh_create(&nd_tbl, addr, dev);
	if (IS_ERR(neighbour))
		return;
	neigh_event_send(neighbour, NULL);
	neigh_release(neighbour);
}

/* Solicits an unknown neighbour now, so that the first packet need not wait. */
static void meet_neighbour(struct net_device *dev, const struct in6_addr *addr)
{
	if (!__ipv6_neigh_lookup_noref(dev, addr))
		ask_neighbour(dev, addr);
}

/* ---- which of them lead there ---- */

static struct anycast6_neighbour *
make_neighbour(struct anycast6_nexthops *nexthops,
	       struct anycast6_nexthop *nexthop, const struct in6_addr *addr,
	       u32 ifindex)
{
	struct anycast6_neighbour *neighbour;

	neighbour = kzalloc(sizeof(*neighbour), GFP_ATOMIC | __GFP_ACCOUNT |
						__GFP_NOWARN);
	if (!neighbour)
		return NULL;
	neighbour->nexthop = nexthop;
	neighbour->addr = *addr;
	neighbour->ifindex = ifindex;
	neighbour->solicited = jiffies;
	neighbour->patience = PATIENCE_MIN;
	refcount_set(&neighbour->users, 1);
	spin_lock_bh(&nexthops->neighbour_lock);
	list_add_tail_rcu(&neighbour->node, &nexthop->slot.neighbours);
	spin_unlock_bh(&nexthops->neighbour_lock);
	return neighbour;
}

/* What was known of whether it answers is forgotten. */
static void watch_neighbour(struct anycast6_nexthops *nexthops,
			    struct anycast6_neighbour *neighbour, bool watched)
{
	if (neighbour->watched == watched)
		return;
	spin_lock_bh(&nexthops->neighbour_lock);
	if (watched)
		hash_add(nexthops->neighbours, &neighbour->by_address,
			 ipv6_addr_hash(&neighbour->addr));
	else
		hash_del(&neighbour->by_address);
	neighbour->watched = watched;
	neighbour->nud = NUD_NONE;
	WRITE_ONCE(neighbour->failed, false);
	spin_unlock_bh(&nexthops->neighbour_lock);
}

static void drop_neighbour(struct anycast6_nexthops *nexthops,
			   struct anycast6_neighbour *neighbour)
{
	watch_neighbour(nexthops, neighbour, false);
	spin_lock_bh(&nexthops->neighbour_lock);
	list_del_rcu(&neighbour->node);
	spin_unlock_bh(&nexthops->neighbour_lock);
	anycast6_neighbour_put(neighbour);
}

/* Tells the leg which neighbour it leads by: it was made before that was known, or
 * what was known then was forgotten meanwhile.
 */
static void name_neighbour(struct anycast6_leg *leg,
			   struct anycast6_neighbour *neighbour)
{
	struct anycast6_neighbour *old;

	if (rcu_access_pointer(leg->neighbour) == neighbour)
		return;
	refcount_inc(&neighbour->users);
	old = unrcu_pointer(xchg(&leg->neighbour,
				 RCU_INITIALIZER(neighbour)));
	anycast6_neighbour_put(old);
}

static void read_state(struct anycast6_nexthops *nexthops,
		       struct anycast6_neighbour *neighbour,
		       struct net_device *dev)
{
	const struct neighbour *entry;

	/* Read only now that anycast6_neighbour_changed() finds the neighbour: a
	 * change is either read here or told there.
	 */
	spin_lock_bh(&nexthops->neighbour_lock);
	entry = __ipv6_neigh_lookup_noref(dev, &neighbour->addr);
	if (entry)
		note_state(neighbour, READ_ONCE(entry->nud_state));
	spin_unlock_bh(&nexthops->neighbour_lock);
}

static void follow_leg(struct anycast6_nexthops *nexthops,
		       struct anycast6_nexthop *nexthop,
		       struct anycast6_leg *leg)
{
	struct net_device *dev = leg->dst->dev;
	const struct in6_addr *addr = rt6_nexthop(dst_rt6_info(leg->dst),
						  &nexthop->slot.target.addr);
	struct anycast6_neighbour *neighbour;
	bool watched;

	neighbour = search_neighbour(&nexthop->slot.neighbours, addr,
				     dev->ifindex);
	if (!neighbour)
		neighbour = make_neighbour(nexthops, nexthop, addr,
					   dev->ifindex);
	if (!neighbour)
		return;
	name_neighbour(leg, neighbour);
	watched = neighbour->watched;
	watch_neighbour(nexthops, neighbour, has_neighbours(dev));
	if (!neighbour->watched)
		return;
	if (!watched)
		meet_neighbour(dev, addr);
	read_state(nexthops, neighbour, dev);
}

/* Notes which neighbours the legs lead by. A leg whose neighbour is not known (there
 * was no memory) is taken for good.
 */
static void settle_leads(struct anycast6_nexthops *nexthops,
			 struct anycast6_nexthop *nexthop,
			 const struct anycast6_path *path)
{
	struct anycast6_neighbour *neighbour;
	unsigned int i;

	spin_lock_bh(&nexthops->neighbour_lock);
	list_for_each_entry(neighbour, &nexthop->slot.neighbours, node)
		neighbour->leads = false;
	nexthop->unsure = false;
	for (i = 0; path && i < path->n; i++) {
		neighbour = rcu_dereference(path->legs[i]->neighbour);
		if (neighbour)
			neighbour->leads = true;
		else
			nexthop->unsure = true;
	}
	settle_failed(nexthop);
	spin_unlock_bh(&nexthops->neighbour_lock);
}

/* No leg leads by this neighbour any more. The kernel leaves some out of equal routes
 * while they do not answer, or their device is down: they are asked again.
 */
static void settle_left_out(struct anycast6_net *an,
			    struct anycast6_nexthops *nexthops,
			    struct anycast6_neighbour *neighbour,
			    const struct anycast6_path *path)
{
	const struct in6_addr *addr = &neighbour->addr;
	u32 ifindex = neighbour->ifindex;
	bool watched = neighbour->watched;
	struct net_device *dev;

	if (!path || !anycast6_equal_routes_have(path->dst, addr, ifindex)) {
		drop_neighbour(nexthops, neighbour);
		return;
	}
	dev = dev_get_by_index_rcu(an->net, ifindex);
	watch_neighbour(nexthops, neighbour,
			dev && netif_running(dev) && has_neighbours(dev));
	if (watched || !neighbour->watched)
		return;
	meet_neighbour(dev, addr);
	read_state(nexthops, neighbour, dev);
}

/**
 * struct left_out - a next hop whose gateways are told
 * @nexthops: the namespace's
 * @nexthop: the next hop
 * @n: how many were told
 */
struct left_out {
	struct anycast6_nexthops *nexthops;
	struct anycast6_nexthop *nexthop;
	unsigned int n;
};

/* The kernel may have left a gateway out ever since the route is there. */
static void note_gateway(const struct in6_addr *addr, u32 ifindex, void *arg)
{
	struct left_out *left_out = arg;
	struct anycast6_nexthop *nexthop = left_out->nexthop;

	if (left_out->n++ < ANYCAST6_LEGS_MAX &&
	    !search_neighbour(&nexthop->slot.neighbours, addr, ifindex))
		make_neighbour(left_out->nexthops, nexthop, addr, ifindex);
}

static void note_gateways(struct anycast6_nexthops *nexthops,
			  struct anycast6_nexthop *nexthop,
			  const struct anycast6_path *path)
{
	struct left_out left_out = { .nexthops = nexthops, .nexthop = nexthop };
	struct anycast6_hop_visitor visitor = {
		.visit = note_gateway,
		.arg = &left_out,
	};

	anycast6_equal_routes_tell(path->dst, &visitor);
}

/**
 * anycast6_neighbours_follow() - find out which neighbours lead to a next hop
 * @an: the namespace
 * @nexthop: the next hop
 * @path: the path to it, or NULL if there is none
 *
 * Context: process, under an->lock and RCU.
 */
void anycast6_neighbours_follow(struct anycast6_net *an,
				struct anycast6_nexthop *nexthop,
				const struct anycast6_path *path)
{
	struct anycast6_nexthops *nexthops = anycast6_nexthops(an);
	struct anycast6_neighbour *neighbour, *next;
	unsigned int i;

	for (i = 0; path && i < path->n; i++)
		follow_leg(nexthops, nexthop, path->legs[i]);
	if (path)
		note_gateways(nexthops, nexthop, path);
	settle_leads(nexthops, nexthop, path);
	list_for_each_entry_safe(neighbour, next, &nexthop->slot.neighbours,
				 node)
		if (!neighbour->leads)
			settle_left_out(an, nexthops, neighbour, path);
}

/**
 * anycast6_neighbours_forget() - forget which neighbours lead to a next hop
 * @nexthops: the namespace's
 * @nexthop: the next hop
 *
 * Context: process, under an->lock.
 */
void anycast6_neighbours_forget(struct anycast6_nexthops *nexthops,
				struct anycast6_nexthop *nexthop)
{
	struct anycast6_neighbour *neighbour, *next;

	list_for_each_entry_safe(neighbour, next, &nexthop->slot.neighbours,
				 node)
		drop_neighbour(nexthops, neighbour);
}

/**
 * anycast6_neighbours_left_out() - how many neighbours would lead to a next hop if
 * the kernel did not leave them out
 * @nexthop: the next hop
 *
 * Context: process, under an->lock.
 * Return: how many, apart from those that the legs of the path lead by.
 */
unsigned int
anycast6_neighbours_left_out(const struct anycast6_nexthop *nexthop)
{
	const struct anycast6_neighbour *neighbour;
	unsigned int n = 0;

	list_for_each_entry(neighbour, &nexthop->slot.neighbours, node)
		n += !neighbour->leads;
	return n;
}

/**
 * anycast6_neighbours_return() - whether one of those that were left out answers
 * @nexthop: the next hop
 *
 * Context: process, under an->lock.
 */
bool anycast6_neighbours_return(const struct anycast6_nexthop *nexthop)
{
	const struct anycast6_neighbour *neighbour;

	list_for_each_entry(neighbour, &nexthop->slot.neighbours, node)
		if (!neighbour->leads && neighbour->watched &&
		    !READ_ONCE(neighbour->failed))
			return true;
	return false;
}

/**
 * anycast6_neighbours_link() - the link of the neighbours that lead to a next hop
 * @nexthop: the next hop
 *
 * Context: process, under an->lock.
 * Return: interface index, or 0 if none leads there, or they are on several links.
 */
u32 anycast6_neighbours_link(const struct anycast6_nexthop *nexthop)
{
	const struct anycast6_neighbour *neighbour;
	u32 ifindex = 0;

	list_for_each_entry(neighbour, &nexthop->slot.neighbours, node) {
		if (!neighbour->leads)
			continue;
		if (!neighbour->watched ||
		    (ifindex && ifindex != neighbour->ifindex))
			return 0;
		ifindex = neighbour->ifindex;
	}
	return ifindex;
}

/* ---- what happens to them ---- */

/* Returns whether a neighbour fails, or answers again. What the kernel has left out
 * of equal routes it uses again when it is valid, whether or not it has failed.
 * Under nexthops->neighbour_lock.
 */
static bool change_state(struct anycast6_neighbour *neighbour, u8 nud_state)
{
	struct anycast6_nexthop *nexthop = neighbour->nexthop;
	bool failed = neighbour->failed;

	note_state(neighbour, nud_state);
	if (neighbour->failed == failed &&
	    (neighbour->leads || !(nud_state & NUD_VALID)))
		return false;
	settle_failed(nexthop);
	set_bit(ANYCAST6_NEXTHOP_DIRTY, &nexthop->flags);
	return true;
}

/**
 * anycast6_neighbour_changed() - note the new state of a neighbour
 * @an: the namespace
 * @entry: the kernel's neighbour, whatever happened to it
 *
 * The next packet sees @failed at once; reconciliation updates the members' states
 * later.
 *
 * Context: softirq or process, under RCU.
 */
void anycast6_neighbour_changed(struct anycast6_net *an,
				const struct neighbour *entry)
{
	const struct in6_addr *addr = (const struct in6_addr *)
				      entry->primary_key;
	struct anycast6_nexthops *nexthops =
		rcu_dereference(an->nexthops);
	u8 nud_state = READ_ONCE(entry->nud_state);
	struct anycast6_neighbour *neighbour;
	bool changed = false;

	if (!nexthops)
		return;
	spin_lock_bh(&nexthops->neighbour_lock);
	hash_for_each_possible(nexthops->neighbours, neighbour, by_address,
			       ipv6_addr_hash(addr))
		if (neighbour->ifindex == entry->dev->ifindex &&
		    ipv6_addr_equal(&neighbour->addr, addr))
			changed |= change_state(neighbour, nud_state);
	spin_unlock_bh(&nexthops->neighbour_lock);
	if (!changed)
		return;
	/* pairs with test_and_clear_bit() in reconcile_nexthops() */
	smp_mb__before_atomic();
	set_bit(ANYCAST6_NEXTHOPS_SOME, &nexthops->dirty);
	anycast6_net_reconcile(an, 0);
}

static void solicit_again(struct anycast6_net *an,
			  const struct anycast6_neighbour *neighbour)
{
	struct net_device *dev;

	dev = dev_get_by_index_rcu(an->net, neighbour->ifindex);
	if (dev && netif_running(dev))
		ask_neighbour(dev, &neighbour->addr);
}

static void solicit_patiently(struct anycast6_net *an,
			      struct anycast6_neighbour *neighbour)
{
	if (!READ_ONCE(neighbour->failed)) {
		neighbour->patience = PATIENCE_MIN;
		neighbour->solicited = jiffies;
		return;
	}
	if (time_before(jiffies, neighbour->solicited + neighbour->patience))
		return;
	solicit_again(an, neighbour);
	neighbour->solicited = jiffies;
	neighbour->patience = min(2 * neighbour->patience, PATIENCE_MAX);
}

/**
 * anycast6_neighbours_solicit() - solicit the neighbours that failed
 * @an: the namespace, with its next hops
 *
 * The kernel solicits a failed neighbour only when there is a packet for it,
 * and none is sent there because it failed.
 *
 * Context: process; the work upkeep_router() (steer/hooks.c) only, as
 * @solicited and @patience have no lock.
 */
void anycast6_neighbours_solicit(struct anycast6_net *an)
{
	struct anycast6_neighbour *neighbour;
	struct anycast6_nexthops *nexthops;
	struct anycast6_nexthop *nexthop;

	rcu_read_lock();
	nexthops = rcu_dereference(an->nexthops);
	list_for_each_entry_rcu(nexthop, &nexthops->list, list)
		list_for_each_entry_rcu(neighbour, &nexthop->slot.neighbours,
					node)
			solicit_patiently(an, neighbour);
	rcu_read_unlock();
}
