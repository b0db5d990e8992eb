// SPDX-License-Identifier: GPL-2.0
/*
 * The neighbours that lead to next hops, and whether they answer.
 * Knows neighbours; is told the route to a next hop, and does not look it up.
 */
#include <linux/netdevice.h>
#include <net/ip6_route.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include "way/neighbour.h"
#include "way/nexthop.h"

#define PATIENCE_MAX	(32 * ANYCAST6_PATIENCE_MIN)

/**
 * anycast6_neighbour_set() - remember which neighbour leads to a next hop
 * @nexthops: the namespace's
 * @nexthop: the next hop
 * @addr: the neighbour, network order
 * @ifindex: interface index of its link, 0 if no neighbour leads there
 *
 * What was known of the neighbour before is forgotten.
 *
 * Context: process, under an->lock.
 */
void anycast6_neighbour_set(struct anycast6_nexthops *nexthops,
			    struct anycast6_nexthop *nexthop,
			    const struct in6_addr *addr, u32 ifindex)
{
	spin_lock_bh(&nexthops->neighbour_lock);
	if (nexthop->neighbour_dev)
		hash_del(&nexthop->by_neighbour);
	nexthop->neighbour = *addr;
	nexthop->neighbour_dev = ifindex;
	nexthop->nud = NUD_NONE;
	WRITE_ONCE(nexthop->slot.failed, false);
	if (ifindex)
		hash_add(nexthops->neighbours, &nexthop->by_neighbour,
			 ipv6_addr_hash(addr));
	spin_unlock_bh(&nexthops->neighbour_lock);
}

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
static void note_state(struct anycast6_nexthop *nexthop, u8 nud_state)
{
	if (nud_state & NUD_VALID)
		WRITE_ONCE(nexthop->slot.failed, false);
	else if (nud_state & NUD_FAILED &&
		 !(nexthop->nud & (NUD_VALID & ~NUD_PROBE)))
		WRITE_ONCE(nexthop->slot.failed, true);
	nexthop->nud = nud_state;
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

/**
 * anycast6_neighbour_follow() - find out which neighbour leads to a next hop
 * @nexthops: the namespace's
 * @nexthop: the next hop
 * @dst: the route to it, or NULL if there is none
 *
 * Context: process, under an->lock and RCU.
 */
void anycast6_neighbour_follow(struct anycast6_nexthops *nexthops,
			       struct anycast6_nexthop *nexthop,
			       const struct dst_entry *dst)
{
	struct net_device *dev = dst ? dst->dev : NULL;
	const struct neighbour *neighbour;
	const struct in6_addr *addr;

	if (!dev || !has_neighbours(dev)) {
		anycast6_neighbour_set(nexthops, nexthop, &in6addr_any, 0);
		return;
	}

	addr = rt6_nexthop(dst_rt6_info(dst), &nexthop->slot.target.addr);
	if (nexthop->neighbour_dev != dev->ifindex ||
	    !ipv6_addr_equal(&nexthop->neighbour, addr)) {
		anycast6_neighbour_set(nexthops, nexthop, addr, dev->ifindex);
		meet_neighbour(dev, addr);
	}
	/* Read only now that anycast6_neighbour_changed() finds this next hop:
	 * a change is either read here or told there.
	 */
	spin_lock_bh(&nexthops->neighbour_lock);
	neighbour = __ipv6_neigh_lookup_noref(dev, addr);
	if (neighbour)
		note_state(nexthop, READ_ONCE(neighbour->nud_state));
	spin_unlock_bh(&nexthops->neighbour_lock);
}

/**
 * anycast6_neighbour_changed() - note the new state of a neighbour
 * @an: the namespace
 * @neighbour: the neighbour, whatever happened to it
 *
 * The next packet sees @failed of the slot at once; reconciliation updates the
 * members' states later.
 *
 * Context: softirq or process, under RCU.
 */
void anycast6_neighbour_changed(struct anycast6_net *an,
				const struct neighbour *neighbour)
{
	const struct in6_addr *addr = (const struct in6_addr *)
				      neighbour->primary_key;
	struct anycast6_nexthops *nexthops =
		rcu_dereference(an->nexthops);
	u8 nud_state = READ_ONCE(neighbour->nud_state);
	struct anycast6_nexthop *nexthop;
	bool changed = false;

	if (!nexthops)
		return;
	spin_lock_bh(&nexthops->neighbour_lock);
	hash_for_each_possible(nexthops->neighbours, nexthop, by_neighbour,
			       ipv6_addr_hash(addr)) {
		bool failed = nexthop->slot.failed;

		if (nexthop->neighbour_dev != neighbour->dev->ifindex ||
		    !ipv6_addr_equal(&nexthop->neighbour, addr))
			continue;
		note_state(nexthop, nud_state);
		if (nexthop->slot.failed == failed)
			continue;
		set_bit(ANYCAST6_NEXTHOP_DIRTY, &nexthop->flags);
		changed = true;
	}
	spin_unlock_bh(&nexthops->neighbour_lock);
	if (!changed)
		return;
	/* pairs with test_and_clear_bit() in reconcile_nexthops() */
	smp_mb__before_atomic();
	set_bit(ANYCAST6_NEXTHOPS_SOME, &nexthops->dirty);
	anycast6_net_reconcile(an, 0);
}

static void solicit_again(struct anycast6_net *an,
			  struct anycast6_nexthops *nexthops,
			  const struct anycast6_nexthop *nexthop)
{
	struct net_device *dev;
	struct in6_addr addr;
	u32 ifindex;

	spin_lock_bh(&nexthops->neighbour_lock);
	addr = nexthop->neighbour;
	ifindex = nexthop->neighbour_dev;
	spin_unlock_bh(&nexthops->neighbour_lock);

	dev = dev_get_by_index_rcu(an->net, ifindex);
	if (dev && netif_running(dev))
		ask_neighbour(dev, &addr);
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
	struct anycast6_nexthops *nexthops;
	struct anycast6_nexthop *nexthop;

	rcu_read_lock();
	nexthops = rcu_dereference(an->nexthops);
	list_for_each_entry_rcu(nexthop, &nexthops->list, list) {
		if (!READ_ONCE(nexthop->slot.failed)) {
			nexthop->patience = ANYCAST6_PATIENCE_MIN;
			nexthop->solicited = jiffies;
			continue;
		}
		if (time_before(jiffies,
				nexthop->solicited + nexthop->patience))
			continue;
		solicit_again(an, nexthops, nexthop);
		nexthop->solicited = jiffies;
		nexthop->patience = min(2 * nexthop->patience, PATIENCE_MAX);
	}
	rcu_read_unlock();
}
