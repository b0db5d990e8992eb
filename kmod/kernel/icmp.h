/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ICMPv6 messages that the module sends itself.
 * Knows how a message is made, not what it says.
 */
#ifndef ANYCAST6_ICMP_H
#define ANYCAST6_ICMP_H

#include <linux/types.h>

struct dst_entry;
struct in6_addr;
struct net;
struct sk_buff;

/**
 * struct anycast6_icmp - what a message has, except for its body
 * @source: unicast address of this node, network order
 * @destination: network order
 * @type: ICMPv6 type
 * @code: ICMPv6 code
 * @word: the last four bytes of the header, network order
 * @len: length of the body in bytes
 */
struct anycast6_icmp {
	const struct in6_addr *source;
	const struct in6_addr *destination;
	u8 type;
	u8 code;
	__be32 word;
	unsigned int len;
};

struct sk_buff *anycast6_icmp_make(struct net *net, struct dst_entry *dst,
				   const struct anycast6_icmp *icmp,
				   void **body);
void anycast6_icmp_finish(struct sk_buff *skb);

#endif
