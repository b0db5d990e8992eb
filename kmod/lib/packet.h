/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a packet says of itself: the flow it belongs to.
 * Knows headers, not what is done with the packet.
 */
#ifndef ANYCAST6_PACKET_H
#define ANYCAST6_PACKET_H

#include <linux/in6.h>
#include <linux/types.h>

struct sk_buff;

/**
 * struct anycast6_flow_key - what makes a flow one flow
 * @source: the client, network order
 * @destination: the anycast address, network order
 * @sport: network order; of ICMPv6 echo, the identifier
 * @dport: network order
 * @domain: as of struct anycast6_key
 * @proto: IP protocol
 * @zero: makes it whole words
 */
struct anycast6_flow_key {
	struct in6_addr source;
	struct in6_addr destination;
	__be16 sport;
	__be16 dport;
	u32 domain;
	u32 proto;
	u32 zero;
} __aligned(8);

enum anycast6_packet_kind {
	/* belongs to a flow that can stay with a member */
	ANYCAST6_PACKET_FLOW,
	/* belongs to one that can't: there are no ports */
	ANYCAST6_PACKET_OTHER,
	/* an ICMPv6 error: belongs to the flow that it quotes */
	ANYCAST6_PACKET_ERROR,
	ANYCAST6_PACKET_FRAGMENT,
	/* neighbour discovery and the like, which is this link's alone */
	ANYCAST6_PACKET_LINK,
	/* somebody asks whether this node is alive */
	ANYCAST6_PACKET_PROBE,
};

/**
 * struct anycast6_packet - what was found out about a packet
 * @key: its flow, without the domain
 * @kind: what it is; enum anycast6_packet_kind
 * @flags: ANYCAST6_TRACK_*
 */
struct anycast6_packet {
	struct anycast6_flow_key key;
	u8 kind;
	u8 flags;
};

void anycast6_packet_parse(const struct sk_buff *skb,
			   struct anycast6_packet *packet);

#endif
