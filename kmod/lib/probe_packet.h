/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a probe is on the wire: an ICMPv6 echo request whose payload has a
 * cookie that only its sender can make. Knows bytes, not who sends them or why.
 */
#ifndef ANYCAST6_PROBE_PACKET_H
#define ANYCAST6_PROBE_PACKET_H

#include <linux/in6.h>
#include <linux/siphash.h>
#include <linux/types.h>

struct sk_buff;

#define ANYCAST6_PROBE_MAGIC	"anycast\6"

/* A probe has marks of the asking member, and its answer those of the member
 * that is asked. A host without this module sends back the marks of the probe.
 */
enum anycast6_probe_mark {
	/* the asking member is on the same link, and takes part in the
	 * election
	 */
	ANYCAST6_PROBE_RIVAL = 1 << 0,
	/* the address is held on the link that the probe came by */
	ANYCAST6_PROBE_ONLINK = 1 << 1,
	/* neighbours on that link have found it at this member */
	ANYCAST6_PROBE_FOUND = 1 << 2,
};

/**
 * struct anycast6_probe_payload - what follows the header of the echo request
 * @magic: %ANYCAST6_PROBE_MAGIC
 * @id: number of the probed member at the sender
 * @number: number of the probe among this member's, from 1 on
 * @member: unicast address of the member that is meant; where the module runs,
 *          its answers come from there
 * @marks: enum anycast6_probe_mark; the cookie does not cover them
 * @zero: 0
 * @cookie: proves to the sender that the probe was its own
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
 * struct anycast6_probe_route - what a cookie covers, besides the payload
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
	/* Destination Unreachable, any code but 1 and 4: the member is down;
	 * this module sends 3
	 */
	ANYCAST6_PROBE_DOWN,
	/* Destination Unreachable, code 1: the member drains */
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
