// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of the neighbours that lead to next hops: whether they answer, and
 * when those that do not are asked again. Is told which ones they are.
 */
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include "lib/nud.h"
#include "way/neighbour.h"
#include "way/nexthop.h"

/* Failed neighbours are solicited again after a second, then more rarely. */
#define PATIENCE_MIN	((unsigned long)HZ)
#define PATIENCE_MAX	(32 * PATIENCE_MIN)

/* So long a neighbour stays away from the kernel's table that somebody removed there,
 * jiffies: "ip neigh flush" goes on until it finds no more.
 */
#define REMOVED_DELAY	max(1UL, (unsigned long)HZ / 10)

/* ---- finding them ---- */

/**
 * anycast6_neighbour_search() - anycast6_neighbour_find(), without a reference
 * @neighbours: those that lead to the target
 * @addr: its address, network order
 * @ifindex: interface index of its link
 *
 * Context: any, under RCU or an->lock.
 */
struct anycast6_neighbour *
anycast6_neighbour_search(const struct list_head *neighbours,
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

	neighbour = anycast6_neighbour_search(neighbours, addr, ifindex);
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

static void describe_entry(const struct neighbour *entry,
			   struct anycast6_nud_entry *nud)
{
	struct neigh_parms *parms = entry->parms;
	unsigned int directly = NEIGH_VAR(parms, UCAST_PROBES) +
				NEIGH_VAR(parms, APP_PROBES);
	bool asks = NEIGH_VAR(parms, MCAST_PROBES) +
		    NEIGH_VAR(parms, APP_PROBES);

	*nud = (struct anycast6_nud_entry) {
		.state = READ_ONCE(entry->nud_state),
		.removed = READ_ONCE(entry->dead),
		.probes = atomic_read(&entry->probes),
		/* as neigh_max_probes() and __neigh_event_send() have it */
		.first = asks ? directly + NEIGH_VAR(parms, MCAST_PROBES) : 0,
		.again = directly + NEIGH_VAR(parms, MCAST_REPROBES),
	};
}

/* Under nexthops->neighbour_lock. */
static enum anycast6_nud note_state(struct anycast6_neighbour *neighbour,
				    const struct neighbour *entry)
{
	struct anycast6_nud_entry now;
	enum anycast6_nud nud;

	describe_entry(entry, &now);
	nud = anycast6_nud_judge(&now, neighbour->nud);
	if (nud == ANYCAST6_NUD_ANSWERS)
		WRITE_ONCE(neighbour->failed, false);
	else if (nud == ANYCAST6_NUD_FAILED)
		WRITE_ONCE(neighbour->failed, true);
	neighbour->nud = nud == ANYCAST6_NUD_REMOVED ? NUD_NONE : now.state;
	return nud;
}

/**
 * anycast6_neighbours_settle() - find out whether all have failed that lead to a
 * next hop
 * @nexthop: the next hop
 *
 * Context: under nexthops->neighbour_lock.
 */
void anycast6_neighbours_settle(struct anycast6_nexthop *nexthop)
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

/* Solicits a neighbour of which the kernel knows nothing, so that the first packet
 * need not wait, and so that it is found out whether the neighbour still answers. One
 * that is known to have failed is left to anycast6_neighbours_solicit().
 */
static void meet_neighbour(struct net_device *dev,
			   const struct anycast6_neighbour *neighbour)
{
	const struct neighbour *entry;

	if (READ_ONCE(neighbour->failed))
		return;
	entry = __ipv6_neigh_lookup_noref(dev, &neighbour->addr);
	if (!entry || READ_ONCE(entry->nud_state) & NUD_FAILED)
		ask_neighbour(dev, &neighbour->addr);
}

/* ---- which of them there are ---- */

/**
 * anycast6_neighbour_make() - make what will be known of a neighbour
 * @nexthops: the namespace's
 * @nexthop: the next hop, to which this neighbour is not known to lead yet
 * @addr: its address, network order
 * @ifindex: interface index of its link
 *
 * Context: process, under an->lock.
 * Return: the neighbour, for anycast6_neighbour_drop(), or NULL.
 */
struct anycast6_neighbour *
anycast6_neighbour_make(struct anycast6_nexthops *nexthops,
			struct anycast6_nexthop *nexthop,
			const struct in6_addr *addr, u32 ifindex)
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
static void set_watched(struct anycast6_nexthops *nexthops,
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

/**
 * anycast6_neighbour_drop() - it leads to its next hop no more
 * @nexthops: the namespace's
 * @neighbour: the neighbour
 *
 * Context: process, under an->lock.
 */
void anycast6_neighbour_drop(struct anycast6_nexthops *nexthops,
			     struct anycast6_neighbour *neighbour)
{
	set_watched(nexthops, neighbour, false);
	spin_lock_bh(&nexthops->neighbour_lock);
	list_del_rcu(&neighbour->node);
	spin_unlock_bh(&nexthops->neighbour_lock);
	anycast6_neighbour_put(neighbour);
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
		note_state(neighbour, entry);
	spin_unlock_bh(&nexthops->neighbour_lock);
}

/**
 * anycast6_neighbour_watch() - follow whether a neighbour answers
 * @nexthops: the namespace's
 * @neighbour: the neighbour
 * @dev: its device, or NULL if that is gone or down
 *
 * Context: process, under an->lock and RCU.
 */
void anycast6_neighbour_watch(struct anycast6_nexthops *nexthops,
			      struct anycast6_neighbour *neighbour,
			      struct net_device *dev)
{
	set_watched(nexthops, neighbour, dev && has_neighbours(dev));
	if (!neighbour->watched)
		return;
	read_state(nexthops, neighbour, dev);
	meet_neighbour(dev, neighbour);
}

/* ---- what happens to them ---- */

/* Returns whether a neighbour fails, answers again, or must be asked again; lowers
 * @delay to how long that may take to be looked at. What the kernel has left out of
 * equal routes it uses again when it is valid, whether or not it has failed.
 * Under nexthops->neighbour_lock.
 */
static bool change_state(struct anycast6_neighbour *neighbour,
			 const struct neighbour *entry, unsigned long *delay)
{
	struct anycast6_nexthop *nexthop = neighbour->nexthop;
	bool failed = neighbour->failed;
	enum anycast6_nud nud = note_state(neighbour, entry);

	if (neighbour->failed != failed ||
	    (nud == ANYCAST6_NUD_ANSWERS && !neighbour->leads)) {
		anycast6_neighbours_settle(nexthop);
		*delay = 0;
	} else if (nud != ANYCAST6_NUD_REMOVED || failed) {
		return false;
	}
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
	unsigned long delay = REMOVED_DELAY;
	struct anycast6_neighbour *neighbour;
	bool changed = false;

	if (!nexthops)
		return;
	spin_lock_bh(&nexthops->neighbour_lock);
	hash_for_each_possible(nexthops->neighbours, neighbour, by_address,
			       ipv6_addr_hash(addr))
		if (neighbour->ifindex == entry->dev->ifindex &&
		    ipv6_addr_equal(&neighbour->addr, addr))
			changed |= change_state(neighbour, entry, &delay);
	spin_unlock_bh(&nexthops->neighbour_lock);
	if (changed)
		anycast6_nexthops_mark_some(an, nexthops, delay);
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
