// SPDX-License-Identifier: GPL-2.0
/*
 * Delivery: what makes packets to an address arrive here, a join on a device or
 * a local route. Decides between these, and repairs them; knows nothing of
 * members.
 */
#include <linux/err.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>

#include <uapi/linux/anycast6.h>

#include "kernel/delivery.h"
#include "kernel/join.h"
#include "kernel/link.h"
#include "kernel/own.h"
#include "kernel/route.h"
#include "net.h"

static struct anycast6_route delivery_route(const struct anycast6_held *held,
					    const struct in6_addr *addr,
					    u8 type)
{
	return (struct anycast6_route) {
		.type = type,
		.addr = *addr,
		.ifindex = held->ifindex,
	};
}

static bool is_unicast(struct anycast6_net *an, u32 ifindex,
		       const struct in6_addr *addr)
{
	struct net_device *dev;
	bool unicast;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, ifindex);
	unicast = dev && ipv6_chk_addr_and_flags(an->net, addr, dev, false, 1,
						 IFA_F_TENTATIVE);
	rcu_read_unlock();
	return unicast;
}

/* The kernel inserts the route of a unicast address when duplicate address
 * detection is over. If that was before the join for the same address was left,
 * the join's route was in the way: insert the address's route now.
 */
static void give_route_back(struct anycast6_net *an, struct anycast6_held *held,
			    const struct in6_addr *addr)
{
	struct anycast6_route route = delivery_route(held, addr, RTN_LOCAL);

	if (is_unicast(an, held->ifindex, addr))
		anycast6_route_add(an, &route);
}

/* If the kernel has dropped all joins on the device since, another join there
 * may be somebody else's, and must not be ended.
 */
static void leave_join(struct anycast6_net *an, struct anycast6_held *held,
		       const struct in6_addr *addr)
{
	const struct anycast6_link *link;

	link = anycast6_link_find(an, held->ifindex);
	if (link && atomic_read(&link->generation) == held->generation) {
		anycast6_leave(an, held->joiner, held->ifindex, addr);
		give_route_back(an, held, addr);
	} else {
		anycast6_join_forget(an, held->joiner, held->ifindex, addr);
	}
	held->joiner = NULL;
}

/**
 * anycast6_delivery_release() - hold an address no longer
 * @an: the namespace
 * @held: how the address is held, maybe not at all; cleared
 * @addr: the address, network order
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_delivery_release(struct anycast6_net *an,
			       struct anycast6_held *held,
			       const struct in6_addr *addr)
{
	struct anycast6_route route;
	struct anycast6_aca aca;

	lockdep_assert_held(&an->lock);

	if (held->joiner)
		leave_join(an, held, addr);

	if (held->delivery == ANYCAST6_DELIVERY_ROUTE) {
		route = delivery_route(held, addr, RTN_LOCAL);
		anycast6_route_del(an, &route);
	}
	if (held->repaired) {
		/* others' joins have lost their route, and need this one */
		anycast6_aca_read(an, held->ifindex, addr, &aca);
		route = delivery_route(held, addr, RTN_ANYCAST);
		if (!aca.users || aca.routed)
			anycast6_route_del(an, &route);
	}
	memset(held, 0, sizeof(*held));
}

/**
 * anycast6_delivery_drop_unicast() - delete the route that give_route_back() may
 * have added for a unicast address, which is gone
 * @an: the namespace
 * @link: a device that the unicast address may have been on
 * @addr: the address, network order
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_delivery_drop_unicast(struct anycast6_net *an,
				    const struct anycast6_link *link,
				    const struct in6_addr *addr)
{
	const struct anycast6_route route = {
		.type = RTN_LOCAL,
		.addr = *addr,
		.ifindex = link->ifindex,
	};

	lockdep_assert_held(&an->lock);
	anycast6_route_del(an, &route);
}

static int join_address(struct anycast6_net *an, struct anycast6_held *held,
			struct anycast6_link *link, const struct in6_addr *addr)
{
	struct anycast6_joiner *joiner;

	if (an->used.joins >= READ_ONCE(an->limits.joins))
		return -ENOSPC;
	if (link->own)
		anycast6_own_accept_joins(an, link->ifindex);

	held->generation = atomic_read(&link->generation);
	joiner = anycast6_join(an, link->ifindex, addr);
	if (IS_ERR(joiner))
		return PTR_ERR(joiner);
	held->joiner = joiner;
	held->delivery = ANYCAST6_DELIVERY_JOIN;
	return 0;
}

static int add_route(struct anycast6_net *an, struct anycast6_held *held,
		     const struct in6_addr *addr)
{
	struct anycast6_route route = delivery_route(held, addr, RTN_LOCAL);
	int err = anycast6_route_add(an, &route);

	held->delivery = err ? 0 : ANYCAST6_DELIVERY_ROUTE;
	return err;
}

/* On a real device an address has a local route only while it is quiet; on the
 * module's own, also beyond the limit on joins.
 */
static bool has_quiet_route(const struct anycast6_held *held,
			    const struct anycast6_link *link)
{
	return held->delivery == ANYCAST6_DELIVERY_ROUTE && !link->own;
}

/* Packets arrive all the time, so the local route comes before the join goes.
 * If others have joined the address, the kernel goes on answering neighbours.
 */
static int keep_quiet(struct anycast6_net *an, struct anycast6_held *held,
		      const struct in6_addr *addr)
{
	u32 ifindex = held->ifindex;
	u8 delivery;
	int err;

	/* add_route() would take the route of repair_route() for its own: both
	 * have the same metric
	 */
	if (held->repaired)
		anycast6_delivery_release(an, held, addr);
	WRITE_ONCE(held->ifindex, ifindex);
	delivery = held->delivery;
	err = add_route(an, held, addr);
	if (err)
		held->delivery = delivery;
	else if (held->joiner)
		leave_join(an, held, addr);
	return err;
}

/* The kernel loses the route of a join when the device goes down. A second join
 * of the address does not bring it back, so it is added by hand.
 */
static int repair_route(struct anycast6_net *an, struct anycast6_held *held,
			const struct in6_addr *addr)
{
	struct anycast6_route route = delivery_route(held, addr, RTN_ANYCAST);
	int err = anycast6_route_add(an, &route);

	held->repaired = !err;
	return err;
}

/* Was the join necessary, and is there a route? Somebody else may have joined
 * the address meanwhile. And a join succeeds even if there is no memory for its
 * route (__ipv6_dev_ac_inc() in net/ipv6/anycast.c).
 */
static int check_join(struct anycast6_net *an, struct anycast6_held *held,
		      const struct in6_addr *addr)
{
	struct anycast6_aca aca;

	anycast6_aca_read(an, held->ifindex, addr, &aca);
	if (aca.users > 1 && !aca.routed)
		return repair_route(an, held, addr);
	if (aca.users == 1 && aca.routed)
		return 0;

	leave_join(an, held, addr);
	held->delivery = aca.routed ? ANYCAST6_DELIVERY_KERNEL : 0;
	return aca.routed ? 0 : -ENOMEM;
}

/* Whether this module's join must be left. It is right if nobody else has
 * joined, and there is a route; or if others have, and their route is lost.
 */
static bool must_leave_join(const struct anycast6_aca *aca)
{
	bool alone = aca->users == 1;

	return !aca->users || alone != aca->routed;
}

static int keep_address(struct anycast6_net *an, struct anycast6_held *held,
			struct anycast6_link *link, const struct in6_addr *addr)
{
	struct anycast6_aca aca;
	int err;

	if (held->delivery == ANYCAST6_DELIVERY_ROUTE)
		return add_route(an, held, addr);

	anycast6_aca_read(an, link->ifindex, addr, &aca);
	if (held->joiner && must_leave_join(&aca)) {
		leave_join(an, held, addr);
		anycast6_aca_read(an, link->ifindex, addr, &aca);
	}
	if (aca.users && aca.routed) {
		if (!held->joiner)
			held->delivery = ANYCAST6_DELIVERY_KERNEL;
		return 0;
	}
	if (!held->joiner) {
		held->delivery = 0;
		err = join_address(an, held, link, addr);
		if (err == -ENOSPC && link->own)
			return add_route(an, held, addr);
		if (err)
			return err;
	}
	return check_join(an, held, addr);
}

/* The join comes before the local route goes. The route stays if the kernel has
 * lost that of the join: repair_route() has found it in the place of its own,
 * where it delivers as well.
 */
static int speak_again(struct anycast6_net *an, struct anycast6_held *held,
		       struct anycast6_link *link, const struct in6_addr *addr)
{
	struct anycast6_route route = delivery_route(held, addr, RTN_LOCAL);
	int err;

	held->delivery = 0;
	err = keep_address(an, held, link, addr);
	if (err)
		held->delivery = ANYCAST6_DELIVERY_ROUTE;
	else if (!held->repaired)
		anycast6_route_del(an, &route);
	return err;
}

/**
 * anycast6_delivery_settle() - make sure that an address is held on a device
 * @an: the namespace
 * @held: how the address is held, maybe not at all, or on another device;
 *        brought up to date
 * @link: the device, running
 * @addr: the address, network order
 * @quiet: packets are delivered, but neighbours that ask get no answer
 *
 * Where others have joined the address, as the kernel itself on a router's
 * subnets, this module does not: the kernel inserts the route with the first
 * join and only counts the others, so one more would keep a lost route from
 * coming back. If the route is lost already, this module joins, to keep the
 * address when the others leave. On the module's own device an address beyond
 * the limit on joins has a local route.
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0, a negative errno of anycast6_join() or rtnetlink, or %-ENOSPC at
 * the limit on joins.
 */
int anycast6_delivery_settle(struct anycast6_net *an,
			     struct anycast6_held *held,
			     struct anycast6_link *link,
			     const struct in6_addr *addr, bool quiet)
{
	lockdep_assert_held(&an->lock);

	if (held->ifindex != link->ifindex ||
	    (held->joiner &&
	     held->generation != atomic_read(&link->generation)))
		anycast6_delivery_release(an, held, addr);
	WRITE_ONCE(held->ifindex, link->ifindex);

	if (quiet)
		return keep_quiet(an, held, addr);
	if (has_quiet_route(held, link))
		return speak_again(an, held, link, addr);
	return keep_address(an, held, link, addr);
}
