/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a packet to this node says of itself, parsed once for all who look at it
 * on its way to a socket. Knows headers, not what is done with the packet.
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
 * @offset: of its transport header in @skb
 * @proto: transport protocol, negative behind headers that are not known
 * @plain: there are no extension headers
 * @readable: the transport header is there, and what follows here is from it
 * @type: of ICMPv6, the type of the message
 * @sport: of UDP, the sender's port, network order; of ICMPv6 echo, the
 *         identifier
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
 * Behind extension headers none is taken for one: nobody who speaks neighbour
 * discovery or sends probes puts any there.
 *
 * Context: any.
 */
static inline bool anycast6_arrival_is(const struct anycast6_arrival *arrival,
				       u8 type)
{
	return arrival->proto == IPPROTO_ICMPV6 && arrival->plain &&
	       arrival->readable && arrival->type == type;
}

#endif
