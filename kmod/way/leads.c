// SPDX-License-Identifier: GPL-2.0
/*
 * Which neighbours lead to a next hop: those of the legs of its path, and those
 * that the kernel leaves out of equal routes. Is told the path, and does not look
 * it up; does not know how neighbours come to answer or fail.
 */
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <net/ip6_route.h>

#include "kernel/equal_routes.h"
#include "net.h"
#include "way/leads.h"
#include "way/leg.h"
#include "way/neighbour.h"
#include "way/nexthop.h"
#include "way/path.h"

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

static void follow_leg(struct anycast6_nexthops *nexthops,
		       struct anycast6_nexthop *nexthop,
		       struct anycast6_leg *leg)
{
	struct net_device *dev = leg->dst->dev;
	const struct in6_addr *addr = rt6_nexthop(dst_rt6_info(leg->dst),
						  &nexthop->slot.target.addr);
	struct anycast6_neighbour *neighbour;

	neighbour = anycast6_neighbour_search(&nexthop->slot.neighbours, addr,
					      dev->ifindex);
	if (!neighbour)
		neighbour = anycast6_neighbour_make(nexthops, nexthop, addr,
						    dev->ifindex);
	if (!neighbour)
		return;
	name_neighbour(leg, neighbour);
	anycast6_neighbour_watch(nexthops, neighbour, dev);
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
	anycast6_neighbours_settle(nexthop);
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
	struct net_device *dev;

	if (!path || !anycast6_equal_routes_have(path->dst, &neighbour->addr,
						 neighbour->ifindex)) {
		anycast6_neighbour_drop(nexthops, neighbour);
		return;
	}
	dev = dev_get_by_index_rcu(an->net, neighbour->ifindex);
	anycast6_neighbour_watch(nexthops, neighbour,
				 dev && netif_running(dev) ? dev : NULL);
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
	    !anycast6_neighbour_search(&nexthop->slot.neighbours, addr,
				       ifindex))
		anycast6_neighbour_make(left_out->nexthops, nexthop, addr,
					ifindex);
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
 * anycast6_leads_follow() - find out which neighbours lead to a next hop
 * @an: the namespace
 * @nexthop: the next hop
 * @path: the path to it, or NULL if there is none
 *
 * Context: process, under an->lock and RCU.
 */
void anycast6_leads_follow(struct anycast6_net *an,
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
 * anycast6_leads_forget() - forget which neighbours lead to a next hop
 * @nexthops: the namespace's
 * @nexthop: the next hop
 *
 * Context: process, under an->lock.
 */
void anycast6_leads_forget(struct anycast6_nexthops *nexthops,
			   struct anycast6_nexthop *nexthop)
{
	struct anycast6_neighbour *neighbour, *next;

	list_for_each_entry_safe(neighbour, next, &nexthop->slot.neighbours,
				 node)
		anycast6_neighbour_drop(nexthops, neighbour);
}

/**
 * anycast6_leads_left_out() - how many neighbours would lead to a next hop if
 * the kernel did not leave them out
 * @nexthop: the next hop
 *
 * Context: process, under an->lock.
 * Return: how many, apart from those that the legs of the path lead by.
 */
unsigned int
anycast6_leads_left_out(const struct anycast6_nexthop *nexthop)
{
	const struct anycast6_neighbour *neighbour;
	unsigned int n = 0;

	list_for_each_entry(neighbour, &nexthop->slot.neighbours, node)
		n += !neighbour->leads;
	return n;
}

/**
 * anycast6_leads_return() - whether one of those that were left out answers
 * @nexthop: the next hop
 *
 * Context: process, under an->lock.
 */
bool anycast6_leads_return(const struct anycast6_nexthop *nexthop)
{
	const struct anycast6_neighbour *neighbour;

	list_for_each_entry(neighbour, &nexthop->slot.neighbours, node)
		if (!neighbour->leads && neighbour->watched &&
		    !READ_ONCE(neighbour->failed))
			return true;
	return false;
}

/**
 * anycast6_leads_link() - the link of the neighbours that lead to a next hop
 * @nexthop: the next hop
 *
 * Context: process, under an->lock.
 * Return: interface index, or 0 if none leads there, or they are on several links.
 */
u32 anycast6_leads_link(const struct anycast6_nexthop *nexthop)
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
