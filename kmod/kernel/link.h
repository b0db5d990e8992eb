/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Links: what is remembered of devices that have members or entries, and of the
 * module's own; and which domain an address has there. Knows of addresses only
 * whether they are link-local.
 */
#ifndef ANYCAST6_LINK_H
#define ANYCAST6_LINK_H

#include <linux/atomic.h>
#include <linux/ipv6.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <net/l3mdev.h>

#include "lib/addr.h"

struct anycast6_net;

enum anycast6_link_flags {
	/* it must be reconciled */
	ANYCAST6_LINK_DIRTY,
	/* the device is gone; another one may have its number by now */
	ANYCAST6_LINK_GONE,
	/* an anycast address was deleted here, and an entry may make it now */
	ANYCAST6_LINK_VACATED,
};

/**
 * struct anycast6_link - what is remembered of one device
 * @ifindex: its interface index, constant
 * @users: members, entries and domains that point here; an->lock
 * @own: it is one of the module's own devices, constant
 * @exists: it is registered; an->lock
 * @running: it is administratively up, IPv6 works on it, and, if @own, it is in
 *           the VRF @home; an->lock
 * @waiting: it is administratively up, but not @running; an->lock
 * @carrier: it has carrier; an->lock
 * @home: if @own, interface index of the VRF where it belongs, 0 for none;
 *        an->lock
 * @vrf: interface index of its VRF, 0 outside VRFs; READ_ONCE(), writers under
 *       an->lock
 * @flags: ANYCAST6_LINK_*; atomic
 * @generation: how often the kernel has dropped all joins on it; atomic
 * @members: members on it, local and remote; an->lock
 * @rcu: frees it after its readers
 */
struct anycast6_link {
	u32 ifindex;
	unsigned int users;
	bool own;
	bool exists;
	bool running;
	bool waiting;
	bool carrier;
	u32 home;
	u32 vrf;
	unsigned long flags;
	atomic_t generation;
	struct list_head members;
	struct rcu_head rcu;
};

struct anycast6_link *anycast6_link_get(struct anycast6_net *an, u32 ifindex,
					gfp_t gfp);
void anycast6_link_put(struct anycast6_net *an, struct anycast6_link *link);
u32 anycast6_link_domain(const struct anycast6_link *link,
			 const struct in6_addr *addr);
struct anycast6_link *anycast6_link_find(struct anycast6_net *an, u32 ifindex);
void anycast6_link_refresh(struct anycast6_net *an, struct anycast6_link *link);

/**
 * anycast6_dev_vrf() - the VRF of a device
 * @dev: the device
 *
 * Context: RCU.
 * Return: interface index of the VRF that it is in, or is itself; 0 outside
 * VRFs.
 */
static inline u32 anycast6_dev_vrf(const struct net_device *dev)
{
	return netif_is_l3_slave(dev) || netif_is_l3_master(dev) ?
	       l3mdev_master_ifindex_rcu(dev) : 0;
}

/**
 * anycast6_dev_domain() - the domain of an address on a device
 * @dev: a device
 * @addr: an address that is used on it, network order
 *
 * Context: RCU.
 * Return: as of struct anycast6_key: the device of a link-local address, else
 * its VRF.
 */
static inline u32 anycast6_dev_domain(const struct net_device *dev,
				      const struct in6_addr *addr)
{
	return unlikely(anycast6_addr_is_linklocal(addr)) ?
	       dev->ifindex : anycast6_dev_vrf(dev);
}

/**
 * anycast6_skb_domain() - the domain of an address of a packet that came in
 * @skb: the packet, past the receiving of IPv6
 * @addr: one of its addresses, network order
 *
 * In a VRF the packet's device is the VRF's by now; the link is noted in it.
 *
 * Context: RCU.
 * Return: as of struct anycast6_key: the link of a link-local address, else
 * the VRF.
 */
static inline u32 anycast6_skb_domain(const struct sk_buff *skb,
				      const struct in6_addr *addr)
{
	return unlikely(anycast6_addr_is_linklocal(addr)) ?
	       IP6CB(skb)->iif : anycast6_dev_vrf(skb->dev);
}

#endif
