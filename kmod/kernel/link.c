// SPDX-License-Identifier: GPL-2.0
/*
 * Links: what is remembered of devices that have members or entries, and of the
 * module's own; and which domain an address has there. Knows of addresses only
 * whether they are link-local.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/addrconf.h>

#include "kernel/link.h"
#include "kernel/own.h"
#include "net.h"

/**
 * anycast6_link_refresh() - bring up to date what is remembered of a device
 * @an: the namespace
 * @link: the link
 *
 * Context: process, under @an->lock.
 */
void anycast6_link_refresh(struct anycast6_net *an, struct anycast6_link *link)
{
	struct inet6_dev *idev;
	struct net_device *dev;

	lockdep_assert_held(&an->lock);

	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, link->ifindex);
	link->exists = dev && dev->reg_state == NETREG_REGISTERED &&
		       !test_bit(ANYCAST6_LINK_GONE, &link->flags);
	link->running = false;
	link->waiting = false;
	link->carrier = false;
	if (link->exists) {
		idev = __in6_dev_get(dev);
		link->running = netif_running(dev) && idev && !idev->dead &&
				!READ_ONCE(idev->cnf.disable_ipv6);
		WRITE_ONCE(link->vrf, anycast6_dev_vrf(dev));
		if (link->own && link->vrf != link->home)
			link->running = false;
		link->waiting = netif_running(dev) && !link->running;
		link->carrier = netif_carrier_ok(dev);
	}
	rcu_read_unlock();
}

/**
 * anycast6_link_find() - find what is remembered of a device
 * @an: the namespace
 * @ifindex: interface index of the device
 *
 * Context: RCU, or under @an->lock.
 * Return: the link, or NULL.
 */
struct anycast6_link *anycast6_link_find(struct anycast6_net *an, u32 ifindex)
{
	return xa_load(&an->links, ifindex);
}

static struct anycast6_link *create_link(struct anycast6_net *an, u32 ifindex,
					 gfp_t gfp)
{
	struct anycast6_link *link;
	struct net_device *dev;
	int err;

	link = kzalloc(sizeof(*link), gfp);
	if (!link)
		return ERR_PTR(-ENOMEM);

	link->ifindex = ifindex;
	INIT_LIST_HEAD(&link->members);
	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, ifindex);
	link->own = dev && anycast6_own_is(dev);
	rcu_read_unlock();

	/* from here on events find the link: the device is read after that */
	err = xa_err(xa_store(&an->links, ifindex, link, gfp));
	if (err) {
		kfree(link);
		return ERR_PTR(err);
	}
	anycast6_link_refresh(an, link);
	return link;
}

/**
 * anycast6_link_get() - find or make what is remembered of a device
 * @an: the namespace
 * @ifindex: interface index of the device
 * @gfp: allocation flags
 *
 * Context: process, under @an->lock.
 * Return: a link with one more user, or ERR_PTR(-ENOMEM).
 */
struct anycast6_link *anycast6_link_get(struct anycast6_net *an, u32 ifindex,
					gfp_t gfp)
{
	struct anycast6_link *link = anycast6_link_find(an, ifindex);

	lockdep_assert_held(&an->lock);

	if (!link)
		link = create_link(an, ifindex, gfp);
	if (!IS_ERR(link))
		link->users++;
	return link;
}

/**
 * anycast6_link_put() - give up a use of a link
 * @an: the namespace
 * @link: the link, freed with its last user
 *
 * Context: process, under @an->lock.
 */
void anycast6_link_put(struct anycast6_net *an, struct anycast6_link *link)
{
	lockdep_assert_held(&an->lock);

	if (--link->users)
		return;
	xa_erase(&an->links, link->ifindex);
	kfree_rcu(link, rcu);
}

/**
 * anycast6_link_domain() - the domain of an address on a link
 * @link: the link
 * @addr: an address that is used on it, network order
 *
 * Context: RCU, or under an->lock.
 * Return: as of struct anycast6_key: the link of a link-local address, else
 * its VRF.
 */
u32 anycast6_link_domain(const struct anycast6_link *link,
			 const struct in6_addr *addr)
{
	return anycast6_addr_is_linklocal(addr) ? link->ifindex :
						  READ_ONCE(link->vrf);
}
