// SPDX-License-Identifier: GPL-2.0
/*
 * What the headers of a packet say: which flow it belongs to, and of what kind
 * it is. Knows headers, not what is done with the packet.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "lib/packet.h"
#include "lib/probe_packet.h"

/* offset of the byte that has the flags in a TCP header */
#define TCP_FLAGS	13

/* Returns false if the header is not whole. */
static bool parse_segment(const struct sk_buff *skb, unsigned int offset,
			  struct anycast6_packet *packet)
{
	struct anycast6_segment *segment = &packet->segment;
	const struct tcphdr *tcp;
	struct tcphdr buf;
	unsigned int len;

	tcp = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (unlikely(!tcp))
		return false;
	packet->key.sport = tcp->source;
	packet->key.dport = tcp->dest;
	segment->flags = ((const u8 *)tcp)[TCP_FLAGS];
	segment->seq = ntohl(tcp->seq);
	len = skb->len - offset - tcp->doff * 4;
	segment->end = segment->seq + len + tcp->syn + tcp->fin;
	return true;
}

static void parse_ports(const struct sk_buff *skb, unsigned int offset,
			struct anycast6_packet *packet)
{
	__be16 buf[2];
	const __be16 *ports;

	packet->kind = ANYCAST6_PACKET_OTHER;
	if (packet->key.proto == IPPROTO_TCP) {
		if (parse_segment(skb, offset, packet))
			packet->kind = ANYCAST6_PACKET_FLOW;
		return;
	}
	ports = skb_header_pointer(skb, offset, sizeof(buf), buf);
	if (!ports)
		return;
	packet->key.sport = ports[0];
	packet->key.dport = ports[1];
	packet->kind = ANYCAST6_PACKET_FLOW;
}

/* The quoted packet was sent by a member, from the anycast address: its source
 * is the flow's destination.
 */
static void parse_quoted_ports(const struct sk_buff *skb, unsigned int offset,
			       int proto, struct anycast6_packet *packet)
{
	struct icmp6hdr icmp_buf;
	const struct icmp6hdr *icmp;
	__be16 buf[2];
	const __be16 *ports;

	if (proto == IPPROTO_ICMPV6) {
		icmp = skb_header_pointer(skb, offset, sizeof(icmp_buf),
					  &icmp_buf);
		if (icmp && icmp->icmp6_type == ICMPV6_ECHO_REPLY)
			packet->key.sport = icmp->icmp6_identifier;
		return;
	}
	ports = skb_header_pointer(skb, offset, sizeof(buf), buf);
	if (!ports)
		return;
	packet->key.sport = ports[1];
	packet->key.dport = ports[0];
}

static bool has_ports(int proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_UDPLITE || proto == IPPROTO_SCTP;
}

static void parse_error(const struct sk_buff *skb, unsigned int offset,
			struct anycast6_packet *packet)
{
	unsigned int inner = offset + sizeof(struct icmp6hdr);
	unsigned short fragment = 0;
	const struct ipv6hdr *ip6;
	struct ipv6hdr buf;
	int proto;

	packet->kind = ANYCAST6_PACKET_OTHER;
	ip6 = skb_header_pointer(skb, inner, sizeof(buf), &buf);
	if (!ip6 || !ipv6_addr_equal(&ip6->saddr, &packet->key.destination))
		return;
	packet->kind = ANYCAST6_PACKET_ERROR;
	packet->key.source = ip6->daddr;
	proto = ipv6_find_hdr(skb, &inner, -1, &fragment, NULL);
	if (proto < 0)
		proto = IPPROTO_NONE;
	packet->key.proto = proto;
	if (!fragment && (has_ports(proto) || proto == IPPROTO_ICMPV6))
		parse_quoted_ports(skb, inner, proto, packet);
}

static void parse_icmp(const struct sk_buff *skb, unsigned int offset,
		       struct anycast6_packet *packet)
{
	struct icmp6hdr buf;
	const struct icmp6hdr *icmp;

	packet->kind = ANYCAST6_PACKET_OTHER;
	icmp = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!icmp)
		return;

	switch (icmp->icmp6_type) {
	case ICMPV6_ECHO_REQUEST:
		packet->key.sport = icmp->icmp6_identifier;
		packet->kind = anycast6_probe_packet_is(skb, offset) ?
			       ANYCAST6_PACKET_PROBE : ANYCAST6_PACKET_FLOW;
		break;
	case ICMPV6_MGM_QUERY ... ICMPV6_MGM_REDUCTION:
	case ICMPV6_MLD2_REPORT:
	case NDISC_ROUTER_SOLICITATION ... NDISC_REDIRECT:
		packet->kind = ANYCAST6_PACKET_LINK;
		break;
	default:
		/* errors have the high bit clear (RFC 4443 section 2.1) */
		if (!(icmp->icmp6_type & ICMPV6_INFOMSG_MASK))
			parse_error(skb, offset, packet);
	}
}

static void parse_transport_header(const struct sk_buff *skb,
				   unsigned int offset,
				   struct anycast6_packet *packet)
{
	if (packet->key.proto == IPPROTO_ICMPV6)
		parse_icmp(skb, offset, packet);
	else if (has_ports(packet->key.proto))
		parse_ports(skb, offset, packet);
	else
		packet->kind = ANYCAST6_PACKET_OTHER;
}

static noinline void parse_headers(const struct sk_buff *skb,
				   struct anycast6_packet *packet)
{
	unsigned int offset = 0;
	int proto, flags = 0;

	if (ipv6_find_hdr(skb, &offset, NEXTHDR_FRAGMENT, NULL, NULL) ==
	    NEXTHDR_FRAGMENT) {
		packet->kind = ANYCAST6_PACKET_FRAGMENT;
		return;
	}
	offset = 0;
	proto = ipv6_find_hdr(skb, &offset, -1, NULL, &flags);
	packet->key.proto = proto < 0 ? IPPROTO_NONE : proto;
	parse_transport_header(skb, offset, packet);
}

/**
 * anycast6_packet_parse() - find out which flow a packet belongs to
 * @skb: a packet, its network header set
 * @packet: result; the key's domain is 0, and for the caller to set
 *
 * Most packets are TCP or UDP without extension headers: they are parsed
 * inline.
 *
 * Context: any.
 */
void anycast6_packet_parse(const struct sk_buff *skb,
			   struct anycast6_packet *packet)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	u8 proto = ip6->nexthdr;

	packet->key = (struct anycast6_flow_key) {
		.source = ip6->saddr,
		.destination = ip6->daddr,
		.proto = proto,
	};
	packet->segment = (struct anycast6_segment) {};
	if (likely(proto == IPPROTO_TCP || proto == IPPROTO_UDP))
		parse_ports(skb, skb_network_offset(skb) + sizeof(*ip6),
			    packet);
	else
		parse_headers(skb, packet);
}

/**
 * anycast6_packet_parse_piece() - find out what a fragment says by itself
 * @skb: a fragment, its network header set
 * @packet: what anycast6_packet_parse() has said of it; the first fragment of a
 *          datagram becomes a packet of its flow, the others say no more than
 *          the protocol
 *
 * Context: any.
 * Return: false if what matters of the packet is in all of its fragments together:
 * so it is with TCP, whose segments are followed.
 */
bool anycast6_packet_parse_piece(const struct sk_buff *skb,
				 struct anycast6_packet *packet)
{
	unsigned int offset = 0;
	unsigned short at = 0;
	int proto;

	proto = ipv6_find_hdr(skb, &offset, -1, &at, NULL);
	if (proto < 0 || proto == IPPROTO_TCP || !has_ports(proto))
		return false;
	packet->key.proto = proto;
	if (!at)
		parse_ports(skb, offset, packet);
	return true;
}
