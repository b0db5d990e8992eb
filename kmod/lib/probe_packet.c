// SPDX-License-Identifier: GPL-2.0
/*
 * What a probe is on the wire: an ICMPv6 echo request whose payload has a
 * cookie that only its sender can make. Knows bytes, not who sends them or why.
 */
#include <linux/build_bug.h>
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>

#include "lib/probe_packet.h"

static_assert(sizeof(struct anycast6_probe_payload) == 48);

/**
 * anycast6_probe_cookie() - make the cookie of a probe
 * @payload: the payload, its cookie maybe not set; the marks do not count, as
 *           the answer changes them
 * @route: where the probe is sent
 * @key: the sender's secret
 *
 * Context: any.
 * Return: the cookie, host order.
 */
u64 anycast6_probe_cookie(const struct anycast6_probe_payload *payload,
			  const struct anycast6_probe_route *route,
			  const siphash_key_t *key)
{
	const struct {
		struct in6_addr target;
		struct in6_addr member;
		u32 ifindex;
		u32 vrf;
		__be32 id;
		__be32 number;
	} what = {
		.target = route->target,
		.member = payload->member,
		.ifindex = route->ifindex,
		.vrf = route->vrf,
		.id = payload->id,
		.number = payload->number,
	};

	return siphash(&what, sizeof(what), key);
}

static bool has_magic(const u8 *magic)
{
	return !memcmp(magic, ANYCAST6_PROBE_MAGIC, 8);
}

/**
 * anycast6_probe_packet_is() - whether an echo request is somebody's probe
 * @skb: the packet
 * @offset: offset of its ICMPv6 header from skb->data
 *
 * Context: any.
 */
bool anycast6_probe_packet_is(const struct sk_buff *skb, unsigned int offset)
{
	const u8 *magic;
	u8 buf[8];

	magic = skb_header_pointer(skb, offset + sizeof(struct icmp6hdr),
				   sizeof(buf), buf);
	return magic && has_magic(magic);
}

/* Moves @offset from the error's header to that of the quoted request. A probe
 * has no extension headers.
 */
static bool quotes_request(const struct sk_buff *skb, unsigned int *offset)
{
	const struct icmp6hdr *icmp;
	const struct ipv6hdr *ip6;
	struct icmp6hdr icmp_buf;
	struct ipv6hdr buf;

	*offset += sizeof(*icmp);
	ip6 = skb_header_pointer(skb, *offset, sizeof(buf), &buf);
	if (!ip6 || ip6->nexthdr != IPPROTO_ICMPV6)
		return false;
	*offset += sizeof(*ip6);
	icmp = skb_header_pointer(skb, *offset, sizeof(icmp_buf), &icmp_buf);
	return icmp && icmp->icmp6_type == ICMPV6_ECHO_REQUEST;
}

static enum anycast6_probe_kind kind_of(const struct icmp6hdr *icmp)
{
	switch (icmp->icmp6_type) {
	case ICMPV6_ECHO_REQUEST:
		return ANYCAST6_PROBE_REQUEST;
	case ICMPV6_ECHO_REPLY:
		return ANYCAST6_PROBE_REPLY;
	case ICMPV6_DEST_UNREACH:
		if (icmp->icmp6_code == ICMPV6_ADM_PROHIBITED)
			return ANYCAST6_PROBE_DRAINING;
		if (icmp->icmp6_code != ICMPV6_PORT_UNREACH)
			return ANYCAST6_PROBE_DOWN;
	}
	return ANYCAST6_PROBE_NONE;
}

/**
 * anycast6_probe_packet_parse() - read a probe, or an answer to one
 * @skb: an ICMPv6 packet
 * @offset: offset of its ICMPv6 header from skb->data
 * @payload: result: payload of the probe, its cookie not checked
 *
 * Context: any.
 * Return: what it is. %ANYCAST6_PROBE_NONE if it has nothing to do with a
 * probe, or is an error that says nothing of the member.
 */
enum anycast6_probe_kind
anycast6_probe_packet_parse(const struct sk_buff *skb, unsigned int offset,
			    struct anycast6_probe_payload *payload)
{
	const struct icmp6hdr *icmp;
	enum anycast6_probe_kind kind;
	struct icmp6hdr buf;

	icmp = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	kind = icmp ? kind_of(icmp) : ANYCAST6_PROBE_NONE;
	if (kind == ANYCAST6_PROBE_NONE)
		return kind;
	if (!(icmp->icmp6_type & ICMPV6_INFOMSG_MASK) &&
	    !quotes_request(skb, &offset))
		return ANYCAST6_PROBE_NONE;
	if (skb_copy_bits(skb, offset + sizeof(*icmp), payload,
			  sizeof(*payload)) ||
	    !has_magic(payload->magic))
		return ANYCAST6_PROBE_NONE;
	return kind;
}
