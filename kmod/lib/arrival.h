/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arrivals: what the headers of a packet to this node say, parsed once for all
 * who look at it before its socket does. Knows headers, not what is done with
 * the packet.
 */
#ifndef ANYCAST6_ARRIVAL_H
#define ANYCAST6_ARRIVAL_H

#include <linux/in6.h>
#include <linux/types.h>

struct sk_buff;

/**
 * struct anycast6_arrival - a packet that is about to be delivered
 * @skb: the packet
 * @ifindex: interface index of the link that it came by
 * @offset: of its transport header in @skb, bytes
 * @proto: transport protocol, negative if it was not found
 * @plain: TCP, UDP or ICMPv6 comes directly after the IPv6 header
 * @readable: UDP, UDP-Lite or ICMPv6 whose header is whole, and read into the
 *            following fields; false of all else
 * @type: of ICMPv6, the type of the message
 * @sport: of UDP, the sender's port, of ICMPv6 echo, the identifier; network
 *         order
 * @dport: of UDP, this node's port, network order
 */
struct anycast6_arrival {
	struct sk_buff *skb;
	u32 ifindex;
	unsigned int offset;
	int proto;
	bool plain;
	bool readable;
	u8 type;
	__be16 sport;
	__be16 dport;
};

void anycast6_arrival_parse(struct sk_buff *skb,
			    struct anycast6_arrival *arrival);

/**
 * anycast6_arrival_is() - whether a packet is an ICMPv6 message of some type
 * @arrival: the packet
 * @type: the type
 *
 * Context: any.
 * Return: false also for a message behind extension headers: neither neighbour
 * discovery nor probes have any.
 */
static inline bool anycast6_arrival_is(const struct anycast6_arrival *arrival,
				       u8 type)
{
	return arrival->proto == IPPROTO_ICMPV6 && arrival->plain &&
	       arrival->readable && arrival->type == type;
}

#endif
