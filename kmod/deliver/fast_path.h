/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A quick look at a datagram: what those pay that have nothing to do with
 * anycast addresses. Knows packets, and not what is done with others.
 */
#ifndef ANYCAST6_FAST_PATH_H
#define ANYCAST6_FAST_PATH_H

#include <linux/bitops.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/l3mdev.h>

#include "deliver/peers.h"

/**
 * anycast6_fast_path() - whether a datagram's flow is one that nobody remembers,
 * and noted just now: then there is nothing to do for it
 * @peers: the namespace's
 * @skb: the datagram; at its IPv6 header, and UDP's is next
 * @addr: the peer, in @skb
 * @dev: the device of this end
 * @out: this node sent it
 *
 * In VRFs, and on a link alone, flows have domains: a longer look is needed.
 *
 * Context: RCU.
 */
static __always_inline bool anycast6_fast_path(struct anycast6_peers *peers,
					       const struct sk_buff *skb,
					       const struct in6_addr *addr,
					       const struct net_device *dev,
					       bool out)
{
	const struct udphdr *udp = (const void *)(ipv6_hdr(skb) + 1);
	u32 ports;
	u64 hash;

	if ((const u8 *)(udp + 1) > skb_tail_pointer(skb) ||
	    netif_is_l3_slave(dev) || netif_is_l3_master(dev))
		return false;
	ports = *(const u32 *)udp;
	/* a link-local peer's flow is not found so */
	hash = anycast6_peer_hash_of(addr, out ? ror32(ports, 16) : ports, 0,
				     IPPROTO_UDP);
	return anycast6_initiator_is_new(anycast6_peer_initiators(peers, hash),
					 hash << ANYCAST6_PEER_INITIATOR_BITS,
					 anycast6_peer_now());
}

#endif
