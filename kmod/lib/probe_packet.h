/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a probe is on the wire: an ICMPv6 echo request with a payload that
 * nobody else can make. Knows bytes, not who sends them or why.
 */
#ifndef ANYCAST6_PROBE_PACKET_H
#define ANYCAST6_PROBE_PACKET_H

#include <linux/in6.h>
#include <linux/siphash.h>
#include <linux/types.h>

struct sk_buff;

#define ANYCAST6_PROBE_MAGIC	"anycast\6"

/* What a probe says of who asks, and the answer of who is asked. A host without this
 * module sends back what it got.
 */
enum anycast6_probe_mark {
	/* who asks is a member on the link itself, and gives way to one that is first */
	ANYCAST6_PROBE_RIVAL = 1 << 0,
	/* the address is held on the link that the probe came by */
	ANYCAST6_PROBE_ONLINK = 1 << 1,
	/* neighbours there have found it at this member */
	ANYCAST6_PROBE_FOUND = 1 << 2,
};

/**
 * struct anycast6_probe_payload - what follows the header of the echo request
 * @magic: %ANYCAST6_PROBE_MAGIC
 * @id: which probed member it is of, to its sender
 * @number: which of its probes, counted from 1
 * @member: unicast address of the member that is meant; its own answers come
 *          from there
 * @marks: enum anycast6_probe_mark; no part of what the cookie is of
 * @zero: zero
 * @cookie: proves to its sender that it sent the rest
 */
struct anycast6_probe_payload {
	u8 magic[8];
	__be32 id;
	__be32 number;
	struct in6_addr member;
	__be32 marks;
	__be32 zero;
	__be64 cookie;
};

/**
 * struct anycast6_probe_route - what a cookie is of, besides the payload
 * @target: the anycast address
 * @ifindex: interface index of the member's device, 0 if routes decide
 * @vrf: interface index of the VRF, 0 outside VRFs
 */
struct anycast6_probe_route {
	struct in6_addr target;
	u32 ifindex;
	u32 vrf;
};

enum anycast6_probe_kind {
	ANYCAST6_PROBE_NONE,
	ANYCAST6_PROBE_REQUEST,
	ANYCAST6_PROBE_REPLY,
	/* Destination Unreachable, code 3: the member is down */
	ANYCAST6_PROBE_DOWN,
	/* code 1: it drains */
	ANYCAST6_PROBE_DRAINING,
};

u64 anycast6_probe_cookie(const struct anycast6_probe_payload *payload,
			  const struct anycast6_probe_route *route,
			  const siphash_key_t *key);
bool anycast6_probe_packet_is(const struct sk_buff *skb, unsigned int offset);
enum anycast6_probe_kind
anycast6_probe_packet_parse(const struct sk_buff *skb, unsigned int offset,
			    struct anycast6_probe_payload *payload);

#endif
