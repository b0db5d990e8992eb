// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: packets with another source by rewrite.c, against checksums that are
 * computed from scratch.
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <net/ip6_checksum.h>

#include "../lib/rewrite.c"

#define HEADROOM	64
#define ROOM		2048

/* What is built: headers in this order, and what is behind them. */
struct shape {
	u8 proto;
	const char *headers;	/* h, d, r: harmless; H, S, f, a: not */
	bool safe;
};

static const struct shape shapes[] = {
	{ IPPROTO_UDP, "", true },
	{ IPPROTO_UDPLITE, "", true },
	{ IPPROTO_ICMPV6, "", true },
	{ IPPROTO_UDP, "h", true },
	{ IPPROTO_UDP, "hdrd", true },
	{ IPPROTO_ICMPV6, "dd", true },
	{ IPPROTO_UDPLITE, "r", true },
	/* the source is not what it seems, or is authenticated */
	{ IPPROTO_UDP, "H", false },
	{ IPPROTO_UDP, "hdH", false },
	{ IPPROTO_UDP, "S", false },
	{ IPPROTO_UDP, "a", false },
	/* not whole */
	{ IPPROTO_UDP, "f", false },
	{ IPPROTO_UDP, "hf", false },
	/* the checksum is unknown, or somewhere else */
	{ IPPROTO_TCP, "", false },
	{ IPPROTO_SCTP, "", false },
	{ IPPROTO_NONE, "", false },
	{ 253, "d", false },
};

static struct rnd_state rnd;

static u8 type_of(char header)
{
	switch (header) {
	case 'h':
		return NEXTHDR_HOP;
	case 'd':
	case 'H':
		return NEXTHDR_DEST;
	case 'f':
		return NEXTHDR_FRAGMENT;
	case 'a':
		return NEXTHDR_AUTH;
	}
	return NEXTHDR_ROUTING;
}

/* Options are padding, but for a home address. */
static void put_extension_header(struct sk_buff *skb, char header, u8 next)
{
	unsigned int length = header == 'f' ? 8 : header == 'H' ? 24 : 16;
	u8 *data = skb_put_zero(skb, length);

	data[0] = next;
	data[1] = header == 'a' ? length / 4 - 2 : length / 8 - 1;
	switch (header) {
	case 'h':
	case 'd':
		data[2] = IPV6_TLV_PADN;
		data[3] = length - 4;
		break;
	case 'H':
		data[2] = IPV6_TLV_PADN;
		data[4] = IPV6_TLV_HAO;
		data[5] = 16;
		break;
	case 'S':
		data[2] = IPV6_SRCRT_TYPE_4;
		data[5] = SR6_FLAG1_HMAC;
		break;
	}
}

static struct sk_buff *build(struct kunit *test, const struct shape *shape,
			     unsigned int size)
{
	struct sk_buff *skb = alloc_skb(ROOM, GFP_KERNEL);
	struct ipv6hdr *ip6;
	const char *header;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, HEADROOM);
	skb_reset_network_header(skb);
	ip6 = skb_put_zero(skb, sizeof(*ip6));
	ip6->version = 6;
	ip6->nexthdr = *shape->headers ? type_of(*shape->headers) :
					 shape->proto;
	prandom_bytes_state(&rnd, &ip6->saddr, sizeof(ip6->saddr));
	prandom_bytes_state(&rnd, &ip6->daddr, sizeof(ip6->daddr));
	for (header = shape->headers; *header; header++)
		put_extension_header(skb, *header,
				     header[1] ? type_of(header[1]) :
						 shape->proto);
	skb_set_transport_header(skb, skb->len);
	prandom_bytes_state(&rnd, skb_put(skb, size), size);
	ip6->payload_len = htons(skb->len - sizeof(*ip6));
	return skb;
}

static __sum16 *sum_of(const struct sk_buff *skb, u8 proto)
{
	return (__sum16 *)(skb_transport_header(skb) + sum_offset(proto));
}

/* The checksum over all of it, its own place left out. */
static __sum16 compute(struct sk_buff *skb, u8 proto)
{
	__sum16 *sum = sum_of(skb, proto), old = *sum, result;
	unsigned int length = skb_tail_pointer(skb) -
			      skb_transport_header(skb);

	*sum = 0;
	result = csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr,
				 length, proto,
				 csum_partial(skb_transport_header(skb), length,
					      0));
	*sum = old;
	if (!result && proto != IPPROTO_ICMPV6)
		result = CSUM_MANGLED_0;
	return result;
}

/* The same of the pseudo header alone, as a device expects it. */
static __sum16 compute_pseudo(struct sk_buff *skb, u8 proto)
{
	return (__force __sum16)
	       ~csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr,
				skb_tail_pointer(skb) -
				skb_transport_header(skb), proto, 0);
}

static bool is_right(struct sk_buff *skb, u8 proto)
{
	return *sum_of(skb, proto) == compute(skb, proto);
}

static bool is_zero(__sum16 sum)
{
	return !sum || sum == CSUM_MANGLED_0;
}

/* Zero has two forms in a sum that is not complete. */
static bool same_sum(__sum16 a, __sum16 b)
{
	return a == b || (is_zero(a) && is_zero(b));
}

static void check(struct kunit *test, const struct shape *shape,
		  struct sk_buff *skb)
{
	struct in6_addr source;
	unsigned int length = skb->len;
	u8 *before = kunit_kmalloc(test, length, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, before);
	memcpy(before, skb->data, length);
	prandom_bytes_state(&rnd, &source, sizeof(source));
	KUNIT_EXPECT_EQ_MSG(test, shape->safe,
			    anycast6_rewrite_source(skb, &source), "%d %s",
			    shape->proto, shape->headers);
	if (shape->safe) {
		KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&source,
							&ipv6_hdr(skb)->saddr));
		return;
	}
	KUNIT_EXPECT_EQ(test, length, skb->len);
	KUNIT_EXPECT_EQ(test, 0, memcmp(before, skb->data, length));
}

/* Many packets of each shape: right, or as they were. */
static void complete_sums(struct kunit *test)
{
	struct sk_buff *skb;
	int i, n;

	prandom_seed_state(&rnd, 4443);
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		const struct shape *shape = &shapes[i];

		for (n = 0; n < 50; n++) {
			skb = build(test, shape,
				    8 + prandom_u32_state(&rnd) % 1024);
			if (shape->safe)
				*sum_of(skb, shape->proto) =
					compute(skb, shape->proto);
			check(test, shape, skb);
			if (shape->safe)
				KUNIT_EXPECT_TRUE(test,
						  is_right(skb, shape->proto));
			kfree_skb(skb);
		}
	}
}

static void partial_sums(struct kunit *test)
{
	const struct shape shape = { IPPROTO_UDP, "", true };
	struct sk_buff *skb;
	int n;

	prandom_seed_state(&rnd, 2460);
	for (n = 0; n < 200; n++) {
		skb = build(test, &shape, 8 + prandom_u32_state(&rnd) % 1024);
		*sum_of(skb, IPPROTO_UDP) = compute_pseudo(skb, IPPROTO_UDP);
		if (n % 2)
			skb->ip_summed = CHECKSUM_PARTIAL;
		else
			skb_shinfo(skb)->gso_size = 512;
		check(test, &shape, skb);
		KUNIT_EXPECT_TRUE(test,
				  same_sum(*sum_of(skb, IPPROTO_UDP),
					   compute_pseudo(skb, IPPROTO_UDP)));
		kfree_skb(skb);
	}
}

/* A datagram without a checksum has none afterwards. */
static void no_sum(struct kunit *test)
{
	const struct shape shape = { IPPROTO_UDP, "", true };
	struct sk_buff *skb;

	prandom_seed_state(&rnd, 6935);
	skb = build(test, &shape, 100);
	*sum_of(skb, IPPROTO_UDP) = 0;
	check(test, &shape, skb);
	KUNIT_EXPECT_TRUE(test, !*sum_of(skb, IPPROTO_UDP));
	kfree_skb(skb);
}

/* Another address whose words have the same sum leaves the checksum alone, and
 * a result of zero is sent as all ones.
 */
static void zeros(struct kunit *test)
{
	const struct shape shape = { IPPROTO_UDP, "", true };
	struct in6_addr source;
	struct sk_buff *skb;
	__sum16 sum;
	int n;

	prandom_seed_state(&rnd, 1624);
	for (n = 0; n < 200; n++) {
		skb = build(test, &shape, 8 + 2 * (n % 100));
		*sum_of(skb, IPPROTO_UDP) = compute(skb, IPPROTO_UDP);
		source = ipv6_hdr(skb)->saddr;
		swap(source.s6_addr16[0], source.s6_addr16[5]);
		sum = *sum_of(skb, IPPROTO_UDP);
		KUNIT_EXPECT_TRUE(test, anycast6_rewrite_source(skb, &source));
		KUNIT_EXPECT_TRUE(test, sum == *sum_of(skb, IPPROTO_UDP));

		/* what is added to the address is what the sum lacks */
		source.s6_addr16[7] = (__force __be16)
			csum_fold(csum_add(csum_unfold((__force __sum16)~source.s6_addr16[7]),
					   csum_unfold((__force __sum16)~sum)));
		KUNIT_EXPECT_TRUE(test, anycast6_rewrite_source(skb, &source));
		KUNIT_EXPECT_TRUE(test, is_right(skb, IPPROTO_UDP));
		kfree_skb(skb);
	}
}

/* A packet that ends within its headers. */
static void cut_short(struct kunit *test)
{
	struct in6_addr source = {};
	struct sk_buff *skb;
	unsigned int length;
	int i;

	prandom_seed_state(&rnd, 7112);
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		for (length = sizeof(struct ipv6hdr); ; length++) {
			skb = build(test, &shapes[i], 2);
			if (length > skb->len) {
				kfree_skb(skb);
				break;
			}
			skb_trim(skb, length);
			KUNIT_EXPECT_FALSE(test, anycast6_rewrite_source(skb, &source));
			kfree_skb(skb);
		}
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(complete_sums),
	KUNIT_CASE(partial_sums),
	KUNIT_CASE(no_sum),
	KUNIT_CASE(zeros),
	KUNIT_CASE(cut_short),
	{}
};

static struct kunit_suite suite = {
	.name = "anycast6_rewrite",
	.test_cases = cases,
};

kunit_test_suite(suite);
