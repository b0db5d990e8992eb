// SPDX-License-Identifier: GPL-2.0
/*
 * Arrivals: what the headers of a packet to this node say, parsed once for all
 * who look at it before its socket does. Knows headers, not what is done with
 * the packet.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>

#include "lib/arrival.h"

/* Returns false for a fragment other than the first, which has no transport
 * header. Few packets need this, so it must stay out of line.
 */
static noinline bool skip_extensions(struct anycast6_arrival *arrival)
{
	unsigned short fragment = 0;

	arrival->plain = false;
	arrival->offset = 0;
	arrival->proto = ipv6_find_hdr(arrival->skb, &arrival->offset, -1,
				       &fragment, NULL);
	return !fragment;
}

static bool read_ports(struct anycast6_arrival *arrival)
{
	const __be16 *ports;
	__be16 buf[2];

	ports = skb_header_pointer(arrival->skb, arrival->offset, sizeof(buf),
				   buf);
	if (!ports)
		return false;
	arrival->sport = ports[0];
	arrival->dport = ports[1];
	return true;
}

static bool read_message(struct anycast6_arrival *arrival)
{
	const struct icmp6hdr *icmp;
	struct icmp6hdr buf;

	icmp = skb_header_pointer(arrival->skb, arrival->offset, sizeof(buf),
				  &buf);
	if (!icmp)
		return false;
	arrival->type = icmp->icmp6_type;
	arrival->sport = icmp->icmp6_identifier;
	return true;
}

/**
 * anycast6_arrival_parse() - read the headers of a packet
 * @skb: a packet that is about to be delivered, its network header set
 * @arrival: result
 *
 * Context: any.
 */
void anycast6_arrival_parse(struct sk_buff *skb,
			    struct anycast6_arrival *arrival)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	u8 proto = ip6->nexthdr;

	*arrival = (struct anycast6_arrival) {
		.skb = skb,
		.ifindex = IP6CB(skb)->iif,
		.offset = skb_network_offset(skb) + sizeof(*ip6),
		.proto = proto,
		.plain = true,
	};
	if (proto != IPPROTO_UDP && proto != IPPROTO_ICMPV6 &&
	    proto != IPPROTO_TCP && !skip_extensions(arrival))
		return;
	switch (arrival->proto) {
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		arrival->readable = read_ports(arrival);
		break;
	case IPPROTO_ICMPV6:
		arrival->readable = read_message(arrival);
		break;
	}
}
