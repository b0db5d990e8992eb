// SPDX-License-Identifier: GPL-2.0
/*
 * The kind of the module's own devices, anycast6: how they are known, and how
 * they accept joins. Knows no addresses, and not what becomes of packets there.
 */
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/rtnetlink.h>

#include "kernel/own.h"
#include "net.h"

/* Without .setup and .dellink users can neither make nor delete such devices:
 * the module makes and deletes them (reconcile/device.c).
 */
static struct rtnl_link_ops link_ops __read_mostly = {
	.kind = "anycast6",
};

/**
 * anycast6_own_adopt() - make a new device one of the module's own
 * @dev: a device that is not registered yet
 *
 * Context: process.
 */
void anycast6_own_adopt(struct net_device *dev)
{
	dev->rtnl_link_ops = &link_ops;
}

/**
 * anycast6_own_is() - whether a device is the module's own
 * @dev: a device
 *
 * Context: any that keeps @dev.
 */
bool anycast6_own_is(const struct net_device *dev)
{
	return dev->rtnl_link_ops == &link_ops;
}

/**
 * anycast6_own_accept_joins() - let off-link addresses be joined on a device
 * @an: the namespace
 * @ifindex: interface index of one of the module's own devices
 *
 * Where a device does not forward, the kernel lets only addresses be joined
 * that are on-link there (ipv6_sock_ac_join()). conf.all.forwarding overwrites
 * the device's setting, so this comes before each join.
 *
 * Context: process.
 */
void anycast6_own_accept_joins(struct anycast6_net *an, u32 ifindex)
{
	struct net_device *dev;
	struct inet6_dev *idev;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, ifindex);
	idev = dev && anycast6_own_is(dev) ? __in6_dev_get(dev) : NULL;
	if (idev)
		WRITE_ONCE(idev->cnf.forwarding, 1);
	rcu_read_unlock();
}

/**
 * anycast6_own_register() - register the kind
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int __init anycast6_own_register(void)
{
	return rtnl_link_register(&link_ops);
}

/**
 * anycast6_own_unregister() - unregister the kind; no device of it is left
 *
 * Context: process.
 */
void anycast6_own_unregister(void)
{
	rtnl_link_unregister(&link_ops);
}
