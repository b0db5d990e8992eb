// SPDX-License-Identifier: GPL-2.0
/*
 * Unicast addresses and prefixes of this node, as the kernel has them.
 * Knows nothing of what is configured in this module.
 */
#include <linux/netdevice.h>
#include <net/addrconf.h>

#include "kernel/local.h"
#include "lib/addr.h"
#include "net.h"

/**
 * anycast6_local_is_unicast() - whether an address is a unicast address of this
 * node, maybe a tentative one
 * @an: the namespace
 * @key: the address and its domain
 *
 * Context: any.
 */
bool anycast6_local_is_unicast(struct anycast6_net *an,
			       const struct anycast6_key *key)
{
	bool linklocal = anycast6_addr_is_linklocal(&key->addr);
	struct net_device *dev = NULL;
	bool unicast = false;

	rcu_read_lock();
	if (key->domain)
		dev = dev_get_by_index_rcu(an->net, key->domain);
	if (dev || !key->domain)
		unicast = ipv6_chk_addr_and_flags(an->net, &key->addr, dev,
						  !linklocal, 1, 0);
	rcu_read_unlock();
	return unicast;
}

/**
 * anycast6_local_is_onlink() - whether an address is in a prefix of a device
 * @an: the namespace
 * @addr: the address, network order
 * @ifindex: interface index of the device, not the module's own
 *
 * Context: any.
 * Return: true also for every link-local address.
 */
bool anycast6_local_is_onlink(struct anycast6_net *an,
			      const struct in6_addr *addr, u32 ifindex)
{
	struct net_device *dev;
	bool onlink;

	if (anycast6_addr_is_linklocal(addr))
		return true;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, ifindex);
	onlink = dev && ipv6_chk_prefix(addr, dev);
	rcu_read_unlock();
	return onlink;
}

/**
 * anycast6_local_source() - the address from which this node asks another one
 * @an: the namespace
 * @addr: the other address, network order
 * @ifindex: interface index of the device that its route leads to
 * @source: result, network order; the unspecified address if there is none
 *
 * Context: any.
 */
void anycast6_local_source(struct anycast6_net *an,
			   const struct in6_addr *addr, u32 ifindex,
			   struct in6_addr *source)
{
	struct net_device *dev;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, ifindex);
	if (!dev || ipv6_dev_get_saddr(an->net, dev, addr, 0, source))
		*source = in6addr_any;
	rcu_read_unlock();
}
