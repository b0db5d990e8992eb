// SPDX-License-Identifier: GPL-2.0
/*
 * RSTs that the module sends itself, in answer to segments that come in or leave.
 * Knows how an RST is made, not when one is due.
 *
 * As nf_send_reset6() makes them, in net/ipv6/netfilter/nf_reject_ipv6.c. That is a
 * module of its own, and of a packet that has no route yet it does not know the VRF.
 */
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6.h>
#include <linux/security.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>

#include "kernel/ipsec.h"
#include "kernel/tcp_reset.h"
#include "lib/addr.h"

/**
 * anycast6_tcp_reset_begin() - read the segment that an RST is to answer
 * @reset: result
 * @skb: the packet, whole; the caller's
 * @domain: of its source, as of struct anycast6_key
 *
 * Context: RCU; softirq or process.
 * Return: false if no RST may answer it: it is one itself, came to more than this
 * node, is from nobody, or its checksum is wrong.
 */
bool anycast6_tcp_reset_begin(struct anycast6_tcp_reset *reset,
			      struct sk_buff *skb, u32 domain)
{
	const struct tcphdr *tcp;
	unsigned int offset = 0;

	if (skb->pkt_type != PACKET_HOST ||
	    !anycast6_addr_is_unicast(&ipv6_hdr(skb)->saddr) ||
	    ipv6_find_hdr(skb, &offset, IPPROTO_TCP, NULL, NULL) < 0)
		return false;
	tcp = skb_header_pointer(skb, offset, sizeof(reset->tcp), &reset->tcp);
	if (!tcp || tcp->rst || tcp->doff * 4 < sizeof(*tcp) ||
	    skb->len < offset + tcp->doff * 4 ||
	    nf_ip6_checksum(skb, NF_INET_PRE_ROUTING, offset, IPPROTO_TCP))
		return false;
	if (tcp != &reset->tcp)
		reset->tcp = *tcp;
	reset->skb = skb;
	reset->len = skb->len - offset - tcp->doff * 4;
	reset->domain = domain;
	return true;
}

/* Returns the route to the segment's sender with a reference, or NULL. */
static struct dst_entry *find_sender(struct net *net, u32 mark,
				     const struct anycast6_tcp_reset *reset)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(reset->skb);
	struct flowi6 fl6 = {
		.daddr = ip6->saddr,
		.saddr = ip6->daddr,
		.flowi6_oif = reset->domain,
		.flowi6_mark = mark,
		.flowi6_proto = IPPROTO_TCP,
		.flowi6_uid = sock_net_uid(net, NULL),
		.fl6_sport = reset->tcp.dest,
		.fl6_dport = reset->tcp.source,
	};
	struct dst_entry *dst;

	security_skb_classify_flow(reset->skb, flowi6_to_flowi_common(&fl6));
	dst = ip6_route_output(net, NULL, &fl6);
	if (!dst->error)
		return dst;
	dst_release(dst);
	return NULL;
}

/* RFC 9293 section 3.5.2: a segment with an ACK says which number the sender
 * expects; to one without, the RST says what it acknowledges.
 */
static void put_reset_segment(struct sk_buff *skb,
			      const struct anycast6_tcp_reset *reset)
{
	struct tcphdr *tcp = skb_put_zero(skb, sizeof(*tcp));
	const struct tcphdr *to = &reset->tcp;

	tcp->source = to->dest;
	tcp->dest = to->source;
	tcp->doff = sizeof(*tcp) / 4;
	tcp->rst = 1;
	if (to->ack) {
		tcp->seq = to->ack_seq;
	} else {
		tcp->ack = 1;
		tcp->ack_seq = htonl(ntohl(to->seq) + to->syn + to->fin +
				     reset->len);
	}
	tcp->check = csum_ipv6_magic(&ipv6_hdr(skb)->saddr,
				     &ipv6_hdr(skb)->daddr, sizeof(*tcp),
				     IPPROTO_TCP,
				     csum_partial(tcp, sizeof(*tcp), 0));
}

static struct sk_buff *make_reset(struct dst_entry *dst,
				  const struct anycast6_tcp_reset *reset)
{
	const struct ipv6hdr *to = ipv6_hdr(reset->skb);
	unsigned int room = LL_RESERVED_SPACE(dst->dev);
	struct ipv6hdr *ip6;
	struct sk_buff *skb;

	skb = alloc_skb(room + sizeof(*ip6) + sizeof(struct tcphdr) +
			dst->dev->needed_tailroom, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	skb->protocol = htons(ETH_P_IPV6);
	ip6 = skb_put(skb, sizeof(*ip6));
	skb_reset_network_header(skb);
	ip6_flow_hdr(ip6, 0, 0);
	ip6->payload_len = htons(sizeof(struct tcphdr));
	ip6->nexthdr = IPPROTO_TCP;
	ip6->hop_limit = ip6_dst_hoplimit(dst);
	ip6->saddr = to->daddr;
	ip6->daddr = to->saddr;
	skb_set_transport_header(skb, skb->len);
	put_reset_segment(skb, reset);
	return skb;
}

/* Lets filters see the RST as related to the segment. */
static void relate_reset(struct sk_buff *skb, const struct sk_buff *to)
{
	unsigned long tracking = skb_get_nfct(to);

	if (!tracking || tracking == IP_CT_UNTRACKED) {
		skb_set_nfct(skb, IP_CT_UNTRACKED);
		return;
	}
	nf_ct_attach(skb, to);
	/* connection tracking does not look at what is related */
	nf_ct_set_closing(skb_nfct(to));
}

/**
 * anycast6_tcp_reset_send() - answer a segment by an RST
 * @net: the namespace
 * @reset: the segment, after anycast6_tcp_reset_begin()
 *
 * The RST comes from where the segment was to go, whether or not this node has that
 * address.
 *
 * Context: RCU; softirq or process.
 * Return: false if there is no way to the sender, or no memory.
 */
bool anycast6_tcp_reset_send(struct net *net,
			     const struct anycast6_tcp_reset *reset)
{
	u32 mark = IP6_REPLY_MARK(net, reset->skb->mark);
	struct sk_buff *skb = NULL;
	struct dst_entry *dst;

	dst = find_sender(net, mark, reset);
	if (dst)
		skb = make_reset(dst, reset);
	if (!skb) {
		dst_release(dst);
		return false;
	}
	skb_dst_set(skb, dst);
	skb->mark = mark;
	if (anycast6_ipsec_lookup(net, NULL, skb)) {
		kfree_skb(skb);
		return false;
	}
	relate_reset(skb, reset->skb);
	ip6_local_out(net, NULL, skb);
	return true;
}
