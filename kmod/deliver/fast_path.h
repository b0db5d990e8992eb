/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fast path of UDP: all that a datagram pays for whose flow has nothing to
 * do with anycast addresses. Knows no sockets, and not what the slow path does.
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
 * anycast6_fast_path() - whether a datagram needs no longer look
 * @peers: the namespace's
 * @skb: the datagram, its UDP header directly behind the IPv6 header
 * @addr: the peer's address in @skb, network order
 * @dev: the device that it came by or leaves by
 * @out: this node sent it
 *
 * A flow whose initiator was written in this very tick is not one that
 * anycast6_peer_remember() has: remember_peer() in deliver/question.c drops its
 * initiator. Flows in a VRF have a domain, so they always take the slow path.
 *
 * Called for each datagram in two hooks, so it must stay inline.
 *
 * Context: RCU.
 * Return: true if there is nothing to do; false if the slow path must decide.
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
	/* domain 0: flows of link-local peers take the slow path, too */
	hash = anycast6_peer_hash_of(peers, addr,
				     out ? ror32(ports, 16) : ports, 0,
				     IPPROTO_UDP);
	return anycast6_initiator_is_new(anycast6_peer_initiators(peers, hash),
					 hash << ANYCAST6_PEER_INITIATOR_BITS,
					 anycast6_peer_now(), out);
}

#endif
