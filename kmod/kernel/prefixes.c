// SPDX-License-Identifier: GPL-2.0
/*
 * The on-link prefixes of a device at one moment.
 * Knows the device's addresses, not what the prefixes are for.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/addrconf.h>

#include "kernel/link.h"
#include "kernel/prefixes.h"
#include "net.h"

/* Counts prefixes beyond @prefixes->max, but does not keep them. */
static void add_prefix(struct anycast6_prefixes *prefixes,
		       const struct inet6_ifaddr *ifa)
{
	struct anycast6_prefix prefix;
	unsigned int i;

	anycast6_prefix_set(&prefix, &ifa->addr, ifa->prefix_len);
	for (i = 0; i < min(prefixes->n, prefixes->max); i++)
		if (anycast6_prefix_equal(&prefix, &prefixes->list[i]))
			return;
	if (prefixes->n < prefixes->max)
		prefixes->list[prefixes->n] = prefix;
	prefixes->n++;
}

/* A prefix is on-link if the kernel's anycast code takes it for that
 * (ipv6_chk_prefix()): if an address of the device has it.
 */
static void read_prefixes(struct anycast6_prefixes *prefixes,
			  struct anycast6_net *an,
			  const struct anycast6_link *link)
{
	const struct inet6_ifaddr *ifa;
	struct net_device *dev;
	struct inet6_dev *idev;

	prefixes->n = 0;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, link->ifindex);
	idev = dev ? __in6_dev_get(dev) : NULL;
	if (idev) {
		read_lock_bh(&idev->lock);
		list_for_each_entry(ifa, &idev->addr_list, if_list)
			add_prefix(prefixes, ifa);
		read_unlock_bh(&idev->lock);
	}
	rcu_read_unlock();
}

/**
 * anycast6_prefixes_make() - read the prefixes of a device
 * @prefixes: result, for anycast6_prefixes_free()
 * @an: the namespace
 * @link: the device
 *
 * Memory can't be allocated under the lock of the device's addresses, so this
 * counts and allocates until the room is enough.
 *
 * Context: process.
 * Return: 0, or %-ENOMEM, and then there is nothing to free.
 */
int anycast6_prefixes_make(struct anycast6_prefixes *prefixes,
			   struct anycast6_net *an,
			   const struct anycast6_link *link)
{
	memset(prefixes, 0, sizeof(*prefixes));
	read_prefixes(prefixes, an, link);
	while (prefixes->n > prefixes->max) {
		kfree(prefixes->list);
		prefixes->max = prefixes->n;
		prefixes->list = kmalloc_array(prefixes->max,
					       sizeof(*prefixes->list),
					       GFP_KERNEL);
		if (!prefixes->list)
			return -ENOMEM;
		read_prefixes(prefixes, an, link);
	}
	return 0;
}

/**
 * anycast6_prefixes_free() - free prefixes
 * @prefixes: result of anycast6_prefixes_make()
 *
 * Context: any.
 */
void anycast6_prefixes_free(struct anycast6_prefixes *prefixes)
{
	kfree(prefixes->list);
}
