// SPDX-License-Identifier: GPL-2.0
/*
 * Gives a packet another source address, and corrects its checksum.
 * Knows headers, not why the source changes.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/seg6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ipv6.h>

#include "lib/rewrite.h"

/**
 * struct transport - the header behind the extension headers
 * @proto: IP protocol
 * @offset: offset from skb->data
 */
struct transport {
	u8 proto;
	unsigned int offset;
};

/* A home address option replaces the source: the checksum covers the home
 * address (RFC 6275 section 6.3).
 */
static bool has_home_address(const struct sk_buff *skb, unsigned int offset)
{
	return ipv6_find_tlv(skb, offset - skb_network_offset(skb),
			     IPV6_TLV_HAO) >= 0;
}

/* The HMAC of a segment routing header covers the source (RFC 8754 section
 * 2.1.2).
 */
static bool has_hmac(const struct sk_buff *skb, unsigned int offset)
{
	const struct ipv6_sr_hdr *srh;
	struct ipv6_sr_hdr buf;

	srh = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	return !srh || (srh->type == IPV6_SRCRT_TYPE_4 &&
			srh->flags & SR6_FLAG1_HMAC);
}

/* Returns false where another source would not be safe: an extension header is
 * not known, or depends on the source.
 */
static bool find_checksum(struct sk_buff *skb, struct transport *transport)
{
	unsigned int offset = skb_network_offset(skb) + sizeof(struct ipv6hdr);
	u8 proto = ipv6_hdr(skb)->nexthdr;
	const struct ipv6_opt_hdr *header;
	unsigned int length;

	while (proto == NEXTHDR_HOP || proto == NEXTHDR_DEST ||
	       proto == NEXTHDR_ROUTING) {
		if (!pskb_may_pull(skb, offset + sizeof(*header)))
			return false;
		header = (const void *)(skb->data + offset);
		length = ipv6_optlen(header);
		if (!pskb_may_pull(skb, offset + length) ||
		    (proto == NEXTHDR_DEST && has_home_address(skb, offset)) ||
		    (proto == NEXTHDR_ROUTING && has_hmac(skb, offset)))
			return false;
		proto = ((const struct ipv6_opt_hdr *)(skb->data + offset))
				->nexthdr;
		offset += length;
	}
	transport->proto = proto;
	transport->offset = offset;
	return true;
}

/* The offset of the checksum in a transport header, or 0. */
static unsigned int sum_offset(u8 proto)
{
	switch (proto) {
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return offsetof(struct udphdr, check);
	case IPPROTO_ICMPV6:
		return offsetof(struct icmp6hdr, icmp6_cksum);
	}
	return 0;
}

/* A complete checksum is the complement of the sum. A partial one is the sum of
 * the pseudo header, not complemented.
 */
static __sum16 replace_address(__sum16 sum, bool partial,
			       const struct in6_addr *from,
			       const struct in6_addr *to)
{
	__wsum old = csum_partial(from, sizeof(*from), 0);
	__wsum new = csum_partial(to, sizeof(*to), 0);
	__wsum all = csum_unfold(sum);

	if (!partial)
		all = ~all;
	all = csum_add(csum_sub(all, old), new);
	return partial ? (__force __sum16)~csum_fold(all) : csum_fold(all);
}

static void replace_sum(const struct sk_buff *skb, u8 proto, __sum16 *sum,
			const struct in6_addr *source)
{
	/* a GSO packet has a partial checksum whatever its ip_summed, if its
	 * device can't complete checksums
	 */
	bool partial = skb->ip_summed == CHECKSUM_PARTIAL || skb_is_gso(skb);

	/* a UDP datagram without a checksum */
	if (proto == IPPROTO_UDP && !partial && !*sum)
		return;
	*sum = replace_address(*sum, partial, &ipv6_hdr(skb)->saddr, source);
	if (proto != IPPROTO_ICMPV6 && !partial && !*sum)
		*sum = CSUM_MANGLED_0;
}

/**
 * anycast6_rewrite_source() - give a packet of this node another source
 * @skb: a whole packet, not a fragment
 * @source: the new source, network order
 *
 * Pointers into the headers of @skb are no longer valid after this. The
 * checksum is updated as RFC 1624 says, complete or partial
 * (include/linux/skbuff.h).
 *
 * Context: any.
 * Return: false if that is not safe, or there is no memory; then the packet
 * has its old source.
 */
bool anycast6_rewrite_source(struct sk_buff *skb, const struct in6_addr *source)
{
	struct transport transport;
	unsigned int sum;

	if (!find_checksum(skb, &transport))
		return false;
	sum = sum_offset(transport.proto);
	if (!sum)
		return false;
	sum += transport.offset;
	if (skb_ensure_writable(skb, sum + sizeof(__sum16)))
		return false;

	replace_sum(skb, transport.proto, (__sum16 *)(skb->data + sum), source);
	ipv6_hdr(skb)->saddr = *source;
	return true;
}
