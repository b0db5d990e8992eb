// SPDX-License-Identifier: GPL-2.0
/*
 * ICMPv6 messages that the module sends itself.
 * Knows how a message is made, not what it says.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include "kernel/icmp.h"

static void put_header(struct sk_buff *skb, const struct dst_entry *dst,
		       const struct anycast6_icmp *icmp)
{
	struct ipv6hdr *ip6 = skb_put(skb, sizeof(*ip6));

	skb_reset_network_header(skb);
	ip6_flow_hdr(ip6, 0, 0);
	ip6->payload_len = htons(sizeof(struct icmp6hdr) + icmp->len);
	ip6->nexthdr = IPPROTO_ICMPV6;
	ip6->hop_limit = ip6_dst_hoplimit((struct dst_entry *)dst);
	ip6->saddr = *icmp->source;
	ip6->daddr = *icmp->destination;
}

/**
 * anycast6_icmp_make() - make a message, except for its body and checksum
 * @net: the namespace
 * @dst: its route; the message takes a reference
 * @icmp: its addresses and header
 * @body: result: @icmp->len bytes that the caller fills before
 *        anycast6_icmp_finish()
 *
 * Context: RCU; softirq or process.
 * Return: the message; NULL if there is no memory, or the route is going.
 */
struct sk_buff *anycast6_icmp_make(struct net *net, struct dst_entry *dst,
				   const struct anycast6_icmp *icmp,
				   void **body)
{
	unsigned int room = LL_RESERVED_SPACE(dst->dev);
	struct icmp6hdr *header;
	struct sk_buff *skb;

	skb = alloc_skb(room + sizeof(struct ipv6hdr) + sizeof(*header) +
			icmp->len + dst->dev->needed_tailroom,
			GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	if (!dst_hold_safe(dst)) {
		kfree_skb(skb);
		return NULL;
	}
	skb_dst_set(skb, dst);
	skb_reserve(skb, room);
	skb->protocol = htons(ETH_P_IPV6);
	put_header(skb, dst, icmp);

	skb_set_transport_header(skb, skb->len);
	header = skb_put_zero(skb, sizeof(*header));
	header->icmp6_type = icmp->type;
	header->icmp6_code = icmp->code;
	header->icmp6_dataun.un_data32[0] = icmp->word;
	*body = skb_put(skb, icmp->len);
	return skb;
}

/**
 * anycast6_icmp_finish() - set the checksum of a message
 * @skb: the message of anycast6_icmp_make(), its body filled
 *
 * Context: any.
 */
void anycast6_icmp_finish(struct sk_buff *skb)
{
	unsigned int len = skb->len - skb_transport_offset(skb);
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	struct icmp6hdr *header = icmp6_hdr(skb);

	header->icmp6_cksum = csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len,
					      IPPROTO_ICMPV6,
					      csum_partial(header, len, 0));
}
