/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the headers of a packet say: which flow it belongs to, and of what kind
 * it is. Knows headers, not what is done with the packet.
 */
#ifndef ANYCAST6_PACKET_H
#define ANYCAST6_PACKET_H

#include <linux/in6.h>
#include <linux/types.h>

#include "lib/track.h"

struct sk_buff;

/**
 * struct anycast6_flow_key - what distinguishes a flow from others
 * @source: the client, network order
 * @destination: the anycast address, network order
 * @sport: network order; for ICMPv6 echo, the identifier
 * @dport: network order; for ICMPv6 echo, 0
 * @domain: as in struct anycast6_key
 * @proto: IP protocol
 * @zero: fills the last 64-bit word: keys are compared and hashed whole
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

/* The order matters: steer/steer.c chooses members for those before LINK. */
enum anycast6_packet_kind {
	/* belongs to a flow that can stay with a member */
	ANYCAST6_PACKET_FLOW,
	/* belongs to no such flow: it has no ports */
	ANYCAST6_PACKET_OTHER,
	/* an ICMPv6 error, belongs to the flow that it quotes */
	ANYCAST6_PACKET_ERROR,
	ANYCAST6_PACKET_FRAGMENT,
	/* neighbour discovery and multicast listeners: never leaves its link */
	ANYCAST6_PACKET_LINK,
	/* a probe of this module's kind: asks for the members of this node */
	ANYCAST6_PACKET_PROBE,
};

/**
 * struct anycast6_packet - what was found out about a packet
 * @key: its flow, or the one that it quotes
 * @kind: enum anycast6_packet_kind
 * @segment: of TCP what matters of the segment, else zero
 */
struct anycast6_packet {
	struct anycast6_flow_key key;
	u8 kind;
	struct anycast6_segment segment;
};

void anycast6_packet_parse(const struct sk_buff *skb,
			   struct anycast6_packet *packet);
bool anycast6_packet_parse_piece(const struct sk_buff *skb,
				 struct anycast6_packet *packet);

#endif
