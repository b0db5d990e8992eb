// SPDX-License-Identifier: GPL-2.0
/*
 * What makes packets to an address arrive here: a join on a device, or a local
 * route. Decides between them and mends them; knows nothing of members.
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

/* A unicast address of the same bits on the same device inserts its route when
 * it is no longer tentative. If it was quicker than this, the join's was in the
 * way.
 */
static void give_route_back(struct anycast6_net *an, struct anycast6_held *held,
			    const struct in6_addr *addr)
{
	struct anycast6_route route = delivery_route(held, addr, RTN_LOCAL);

	if (is_unicast(an, held->ifindex, addr))
		anycast6_route_add(an, &route);
}

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
 * anycast6_delivery_release() - let an address go
 * @an: the namespace
 * @held: how it is held; is not after this
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
	if (held->mended) {
		/* who else has joined would be without a route */
		anycast6_aca_read(an, held->ifindex, addr, &aca);
		route = delivery_route(held, addr, RTN_ANYCAST);
		if (!aca.users || aca.routed)
			anycast6_route_del(an, &route);
	}
	memset(held, 0, sizeof(*held));
}

/**
 * anycast6_delivery_take_back() - a unicast address of the same bits is gone
 * @an: the namespace
 * @link: the device it was on, maybe
 * @addr: the address, network order
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_delivery_take_back(struct anycast6_net *an,
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

/* On a real device only those that are not to be found have a route. */
static bool has_quiet_route(const struct anycast6_held *held,
			    const struct anycast6_link *link)
{
	return held->delivery == ANYCAST6_DELIVERY_ROUTE && !link->own;
}

/* First the route, then the join goes: packets arrive all the time. A join that
 * others have goes on answering neighbours.
 */
static int keep_quiet(struct anycast6_net *an, struct anycast6_held *held,
		      const struct in6_addr *addr)
{
	u32 ifindex = held->ifindex;
	u8 delivery;
	int err;

	/* its route would be taken for the one that is added */
	if (held->mended)
		anycast6_delivery_release(an, held, addr);
	held->ifindex = ifindex;
	delivery = held->delivery;
	err = add_route(an, held, addr);
	if (err)
		held->delivery = delivery;
	else if (held->joiner)
		leave_join(an, held, addr);
	return err;
}

/* The kernel loses the route of a join when the device goes down, and a second
 * join brings none back.
 */
static int mend_route(struct anycast6_net *an, struct anycast6_held *held,
		      const struct in6_addr *addr)
{
	struct anycast6_route route = delivery_route(held, addr, RTN_ANYCAST);
	int err = anycast6_route_add(an, &route);

	held->mended = !err;
	return err;
}

/* Somebody else may have been quicker to get RTNL; and a join succeeds even if
 * there was no memory for its route.
 */
static int check_join(struct anycast6_net *an, struct anycast6_held *held,
		      const struct in6_addr *addr)
{
	struct anycast6_aca aca;

	anycast6_aca_read(an, held->ifindex, addr, &aca);
	if (aca.users > 1 && !aca.routed)
		return mend_route(an, held, addr);
	if (aca.users == 1 && aca.routed)
		return 0;

	leave_join(an, held, addr);
	held->delivery = aca.routed ? ANYCAST6_DELIVERY_KERNEL : 0;
	return aca.routed ? 0 : -ENOMEM;
}

/* A join of ours is alone, or stands in for others' whose route is lost. */
static bool is_wrong(const struct anycast6_aca *aca)
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
	if (held->joiner && is_wrong(&aca)) {
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

/* First the join, then the route goes, unless the join has lost its own: then
 * it does as well.
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
	else if (!held->mended)
		anycast6_route_del(an, &route);
	return err;
}

/**
 * anycast6_delivery_mend() - see to it that an address is held on a device
 * @an: the namespace
 * @held: how it is held
 * @link: the device, running
 * @addr: the address, network order
 * @quiet: packets are taken, but neighbours that ask get no answer
 *
 * A join that somebody else has, the kernel itself on a router's subnets, is
 * shared without joining: the kernel inserts the route with the first join and
 * counts the others, so a second one would keep a lost route from coming back.
 * Where it is lost already, joining keeps the address when the others leave.
 * On the module's own device an address beyond the limit on joins has a route.
 *
 * Context: process, under @an->lock; takes RTNL if there is something to mend.
 * Return: 0, or what anycast6_join() or rtnetlink said, or %-ENOSPC at the
 * limit on joins.
 */
int anycast6_delivery_mend(struct anycast6_net *an, struct anycast6_held *held,
			   struct anycast6_link *link,
			   const struct in6_addr *addr, bool quiet)
{
	lockdep_assert_held(&an->lock);

	if (held->ifindex != link->ifindex ||
	    (held->joiner &&
	     held->generation != atomic_read(&link->generation)))
		anycast6_delivery_release(an, held, addr);
	held->ifindex = link->ifindex;

	if (quiet)
		return keep_quiet(an, held, addr);
	if (has_quiet_route(held, link))
		return speak_again(an, held, link, addr);
	return keep_address(an, held, link, addr);
}
