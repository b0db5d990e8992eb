// SPDX-License-Identifier: GPL-2.0
/*
 * A look at the way to a next hop: its routes, their carriers and neighbours, and
 * what of it is otherwise than before. Does not know who uses the next hop.
 */
#include <linux/minmax.h>
#include <linux/netdevice.h>
#include <net/dst.h>

#include <uapi/linux/anycast6.h>

#include "lib/legs.h"
#include "net.h"
#include "way/leads.h"
#include "way/leg.h"
#include "way/neighbour.h"
#include "way/nexthop.h"
#include "way/outlook.h"
#include "way/path.h"

/* Returns why packets can't take a leg, enum anycast6_reason, or 0. */
static u8 leg_reason(const struct anycast6_leg *leg)
{
	if (!netif_running(leg->dst->dev))
		return ANYCAST6_REASON_ADMIN;
	if (!netif_carrier_ok(leg->dst->dev))
		return ANYCAST6_REASON_LINK;
	return anycast6_leg_lives(leg) ? 0 : ANYCAST6_REASON_NEIGHBOUR;
}

/* Returns whether the leg has died since the last time. Then flow tables that have
 * its route must notice: looked up again, it may be the same.
 */
static bool is_lost(const struct anycast6_leg *leg, u8 reason)
{
	const struct anycast6_neighbour *neighbour =
		rcu_dereference(leg->neighbour);

	return neighbour && reason && !neighbour->reason;
}

/* Only when all legs have been looked at: some may lead by one neighbour. */
static void note_reasons(const struct anycast6_path *path, const u8 *reasons)
{
	struct anycast6_neighbour *neighbour;
	unsigned int i;

	for (i = 0; i < path->n; i++) {
		neighbour = rcu_dereference(path->legs[i]->neighbour);
		if (neighbour)
			neighbour->reason = reasons[i];
	}
}

static void look_at_path(const struct anycast6_nexthop *nexthop,
			 const struct anycast6_path *path,
			 struct anycast6_outlook *outlook)
{
	u8 reasons[ANYCAST6_LEGS_MAX];
	unsigned int i;

	for (i = 0; i < path->n; i++) {
		struct anycast6_leg *leg = path->legs[i];
		u32 mtu = dst_mtu(leg->dst);

		reasons[i] = leg_reason(leg);
		outlook->living += !reasons[i];
		if (is_lost(leg, reasons[i])) {
			outlook->lost = true;
			WRITE_ONCE(leg->spent, true);
		}
		outlook->mtu = i ? min(outlook->mtu, mtu) : mtu;
	}
	note_reasons(path, reasons);
	outlook->reason = anycast6_legs_reason(reasons, path->n);
	outlook->legs = min(path->n + anycast6_leads_left_out(nexthop),
			    U8_MAX + 0u);
	outlook->direct = anycast6_path_is_direct(path);
	/* else it stays what it was, until the next look */
	anycast6_path_metric(path, &outlook->distance);
}

/**
 * anycast6_outlook_take() - look for the routes and neighbours of a next hop
 * @an: the namespace
 * @nexthop: the next hop, as it was when it was last looked at
 * @outlook: result
 *
 * Context: process, under @an->lock.
 * Return: false if there are routes, but no path could be made of them, for want of
 * memory say: nothing is known, and what was known still counts.
 */
bool anycast6_outlook_take(struct anycast6_net *an,
			   struct anycast6_nexthop *nexthop,
			   struct anycast6_outlook *outlook)
{
	const struct anycast6_path *path;

	*outlook = (struct anycast6_outlook) {
		.reason = ANYCAST6_REASON_ROUTE,
		.direct = nexthop->direct,
		.distance = nexthop->distance,
	};
	rcu_read_lock();
	/* the kernel may count a neighbour in again, and tells nobody */
	if (anycast6_leads_return(nexthop))
		path = anycast6_path_renew(an->net, &nexthop->slot);
	else
		path = anycast6_path_review(an->net, &nexthop->slot);
	if (!path && READ_ONCE(nexthop->slot.torn)) {
		rcu_read_unlock();
		return false;
	}
	anycast6_leads_follow(an, nexthop, path);
	if (path)
		look_at_path(nexthop, path, outlook);
	/* Flow tables must notice: see anycast6_leg_disown(). Looked up again, the
	 * routes may be the same, and would keep what they have marked.
	 */
	if (outlook->reason && !nexthop->reason)
		anycast6_path_drop(&nexthop->slot);
	else if (!outlook->reason && outlook->lost)
		anycast6_path_renew(an->net, &nexthop->slot);
	rcu_read_unlock();
	return true;
}

/**
 * anycast6_outlook_compare() - what is otherwise than it was
 * @outlook: what there is to know of a next hop
 * @nexthop: the next hop, as it was
 *
 * Context: process, under an->lock.
 * Return: bits of enum anycast6_nexthop_change.
 */
unsigned int anycast6_outlook_compare(const struct anycast6_outlook *outlook,
				      const struct anycast6_nexthop *nexthop)
{
	bool stays = nexthop->reason == outlook->reason;
	unsigned int changed = 0;

	if (!stays || nexthop->direct != outlook->direct)
		changed |= ANYCAST6_NEXTHOP_WAY;
	if (nexthop->mtu != outlook->mtu)
		changed |= ANYCAST6_NEXTHOP_MTU;
	/* else the change of the members' states tells of it */
	if (stays && nexthop->distance != outlook->distance)
		changed |= ANYCAST6_NEXTHOP_DISTANCE;
	if (stays && (nexthop->legs != outlook->legs ||
		      nexthop->living != outlook->living))
		changed |= ANYCAST6_NEXTHOP_LEGS;
	return changed;
}
