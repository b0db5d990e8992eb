// SPDX-License-Identifier: GPL-2.0
/*
 * The module's own network device, kind anycast6, on which addresses are held
 * that are in no prefix of a real device. Hands packets that are sent to it to
 * steer/; does not know which addresses are held on it.
 */
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/dst.h>
#include <net/rtnetlink.h>

#include <anycast6_compat.h>

#include "kernel/own.h"
#include "net.h"
#include "reconcile/device.h"
#include "steer/outgoing.h"

/* Nobody is on this link. Packets to an address with remote members are
 * steered; the sender of any other packet gets an error.
 */
static netdev_tx_t transmit_stray(struct sk_buff *skb, struct net_device *dev)
{
	/* who sends by a packet socket, or redirects, may send anything */
	if (skb->protocol == htons(ETH_P_IPV6) &&
	    pskb_network_may_pull(skb, sizeof(struct ipv6hdr)) &&
	    anycast6_outgoing_stray(dev, skb))
		return NETDEV_TX_OK;
	dev_core_stats_tx_dropped_inc(dev);
	dst_link_failure(skb);
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops device_ops = {
	.ndo_start_xmit = transmit_stray,
};

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
}

static const struct ethtool_ops device_ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
};

static void setup_device(struct net_device *dev)
{
	dev->netdev_ops = &device_ops;
	dev->ethtool_ops = &device_ethtool_ops;
	anycast6_own_adopt(dev);
	dev->needs_free_netdev = true;
	dev->type = ARPHRD_NONE;
	/* no neighbour discovery, and so no solicited-node groups */
	dev->flags = IFF_NOARP;
	dev->mtu = ETH_MAX_MTU;
	dev->min_mtu = IPV6_MIN_MTU;
	dev->max_mtu = ETH_MAX_MTU;
	dev->tx_queue_len = 0;
	dev->priv_flags |= IFF_NO_QUEUE;
	/* dst_link_failure() in transmit_stray() needs the packet's route */
	netif_keep_dst(dev);
	anycast6_compat_dev_setup(dev);
}

static int open_device(struct net_device *dev)
{
	struct inet6_dev *idev = __in6_dev_get(dev);

	/* nobody on the link could use a link-local address */
	if (idev)
		WRITE_ONCE(idev->cnf.addr_gen_mode, IN6_ADDR_GEN_MODE_NONE);
	return dev_open(dev, NULL);
}

/**
 * anycast6_device_create() - make a device of the module's own, and set it up
 * @an: the namespace
 * @ifindex: result: its interface index
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0 or a negative errno.
 */
int anycast6_device_create(struct anycast6_net *an, u32 *ifindex)
{
	struct net_device *dev;
	int err;

	lockdep_assert_held(&an->lock);

	dev = alloc_netdev(0, "anycast%d", NET_NAME_ENUM, setup_device);
	if (!dev)
		return -ENOMEM;
	dev_net_set(dev, an->net);

	rtnl_lock();
	err = register_netdevice(dev);
	if (err) {
		free_netdev(dev);
		goto unlock;
	}
	err = open_device(dev);
	if (err)
		unregister_netdevice(dev);
	else
		*ifindex = dev->ifindex;
unlock:
	rtnl_unlock();
	return err;
}

/**
 * anycast6_device_destroy() - remove a device of the module's own
 * @an: the namespace
 * @ifindex: what anycast6_device_create() gave; nothing happens if the device
 *           is gone, or if another one has the index now
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_device_destroy(struct anycast6_net *an, u32 ifindex)
{
	struct net_device *dev;

	lockdep_assert_held(&an->lock);

	rtnl_lock();
	dev = __dev_get_by_index(an->net, ifindex);
	if (dev && anycast6_own_is(dev))
		unregister_netdevice(dev);
	rtnl_unlock();
}
