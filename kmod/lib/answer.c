// SPDX-License-Identifier: GPL-2.0
/*
 * Which source address an answer is to have, and which ICMPv6 messages are
 * answers, or banned. Pure: knows no packet and no address.
 */
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/in6.h>

#include <uapi/linux/anycast6.h>

#include "lib/answer.h"

/* ICMPv6 types of replies of home agent address discovery (RFC 6275 section
 * 6.6) and of node information (RFC 4620 section 4).
 */
#define HOME_AGENTS_REPLY	145
#define NODE_REPLY		140

/**
 * anycast6_answer_is_banned() - whether an ICMPv6 message must not go to an
 * anycast address (RFC 4443 section 2.4 (e.6))
 * @icmp_type: its type
 *
 * Packet Too Big is let through: without it the member that sent the packet
 * never learns why it was lost (RFC 7690).
 *
 * Context: any.
 */
bool anycast6_answer_is_banned(u8 icmp_type)
{
	return !(icmp_type & ICMPV6_INFOMSG_MASK) &&
	       icmp_type != ICMPV6_PKT_TOOBIG;
}

/**
 * anycast6_answer_is_reply() - whether an ICMPv6 message answers another one
 * @icmp_type: its type, which is not that of an error
 *
 * Context: any.
 */
bool anycast6_answer_is_reply(u8 icmp_type)
{
	return icmp_type == ICMPV6_ECHO_REPLY || icmp_type == NODE_REPLY ||
	       icmp_type == HOME_AGENTS_REPLY;
}

/**
 * anycast6_answer_source() - which source is right for the answer to a packet
 * that came to an anycast address
 * @mode: what is configured for the address, enum anycast6_source_mode
 * @proto: IP protocol, not TCP: a connection has its addresses already
 *
 * Context: any.
 */
enum anycast6_answer anycast6_answer_source(u8 mode, u8 proto)
{
	switch (mode) {
	case ANYCAST6_SOURCE_MODE_ANYCAST:
		return ANYCAST6_ANSWER_ANYCAST;
	case ANYCAST6_SOURCE_MODE_UNICAST:
		return ANYCAST6_ANSWER_UNICAST;
	case ANYCAST6_SOURCE_MODE_ADDRESS:
		return ANYCAST6_ANSWER_ADDRESS;
	}
	/* RFC 4443 section 2.2 */
	return proto == IPPROTO_ICMPV6 ? ANYCAST6_ANSWER_UNICAST :
					 ANYCAST6_ANSWER_ANYCAST;
}
