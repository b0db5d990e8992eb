// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: the arithmetic of addr.c against a second formulation of the RFCs,
 * which goes bit by bit. Knows nothing else of the module.
 */
#include <kunit/test.h>
#include <linux/inet.h>
#include <linux/module.h>

#include <uapi/linux/anycast6.h>

#include "../lib/addr.c"

static const char * const samples[] = {
	"2001:db8:1234:5678:9abc:def0:1234:5678",
	"::1234:5678:9abc:def0:1234:5678",
	"1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	"2000::",
	"fe80::211:22ff:fe33:4455",
	"fd00:5555:5555:5555:5555:5555:5555:5555",
	"8000::1",
};

static struct in6_addr parse(struct kunit *test, const char *text)
{
	struct in6_addr addr;

	KUNIT_ASSERT_EQ(test, in6_pton(text, -1, addr.s6_addr, -1, NULL), 1);
	return addr;
}

/* Bit @n of an address, as the RFCs count: from the left. */
static bool bit(const struct in6_addr *addr, int n)
{
	return addr->s6_addr[n / 8] >> (7 - n % 8) & 1;
}

static bool is_multicast(const struct in6_addr *addr, int len)
{
	int n, ones = 0;

	for (n = 0; n < min(len, 8); n++)
		ones += bit(addr, n);
	return ones == 8;
}

/* What RFC 2526 section 2 draws, a bit at a time. */
static bool reserved_bit(const struct in6_addr *prefix, int len, int id, int n)
{
	bool eui64 = len == 64 &&
		     (bit(prefix, 0) || bit(prefix, 1) || bit(prefix, 2));

	if (n < len)
		return bit(prefix, n);
	if (n >= 121)
		return id >> (127 - n) & 1;
	return !(eui64 && n == 64 + 6);
}

static void reserved_of(struct kunit *test, const char *text, int len)
{
	struct in6_addr sample = parse(test, text), addr;
	struct anycast6_prefix prefix;
	int id, n;

	anycast6_prefix_set(&prefix, &sample, len);
	for (id = 0; id <= ANYCAST6_ID_MAX; id++) {
		bool some = anycast6_addr_reserved(&prefix, id, &addr);

		KUNIT_ASSERT_EQ_MSG(test, some,
				    len <= 121 && !is_multicast(&sample, len),
				    "%s/%d id %d", text, len, id);
		for (n = 0; some && n < 128; n++)
			KUNIT_ASSERT_EQ_MSG(test, bit(&addr, n),
					    reserved_bit(&sample, len, id, n),
					    "%s/%d id %d bit %d: %pI6c", text,
					    len, id, n, &addr);
	}
}

static void reserved_every_length_and_id(struct kunit *test)
{
	int i, len;

	for (i = 0; i < ARRAY_SIZE(samples); i++)
		for (len = 0; len <= 128; len++)
			reserved_of(test, samples[i], len);
}

struct known {
	const char *prefix;
	u8 len;
	u8 id;
	const char *addr;
};

static void reserved_known(struct kunit *test)
{
	static const struct known known[] = {
		{ "2001:db8:1:2::", 64, 126,
		  "2001:db8:1:2:fdff:ffff:ffff:fffe" },
		{ "2001:db8:1:2::", 64, 0,
		  "2001:db8:1:2:fdff:ffff:ffff:ff80" },
		{ "fe80::", 64, 127, "fe80::fdff:ffff:ffff:ffff" },
		{ "2001:db8::", 48, 126,
		  "2001:db8:0:ffff:ffff:ffff:ffff:fffe" },
		{ "2001:db8::", 120, 5, "2001:db8::85" },
		{ "2001:db8::", 121, 5, "2001:db8::5" },
		{ "0:1:2:3::", 64, 126, "0:1:2:3:ffff:ffff:ffff:fffe" },
	};
	struct anycast6_prefix prefix;
	struct in6_addr addr, want;
	int i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		addr = parse(test, known[i].prefix);
		want = parse(test, known[i].addr);
		anycast6_prefix_set(&prefix, &addr, known[i].len);
		KUNIT_EXPECT_TRUE(test,
				  anycast6_addr_reserved(&prefix, known[i].id,
							 &addr));
		KUNIT_EXPECT_TRUE_MSG(test, ipv6_addr_equal(&addr, &want),
				      "%pI6c, not %pI6c", &addr, &want);
	}
}

static void subnet_router_every_length(struct kunit *test)
{
	struct anycast6_prefix prefix;
	struct in6_addr sample, addr;
	int i, len, n;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		sample = parse(test, samples[i]);
		for (len = 0; len <= 128; len++) {
			bool zero = true, some;

			anycast6_prefix_set(&prefix, &sample, len);
			for (n = 0; n < len; n++)
				zero &= !bit(&sample, n);
			some = anycast6_addr_subnet_router(&prefix, &addr);
			KUNIT_ASSERT_EQ_MSG(test, some, len < 127 && !zero,
					    "%s/%d", samples[i], len);
			for (n = 0; some && n < 128; n++)
				KUNIT_ASSERT_EQ(test, bit(&addr, n),
						n < len && bit(&sample, n));
		}
	}
}

static void prefix_contains(struct kunit *test)
{
	struct in6_addr sample = parse(test, samples[0]), other;
	struct anycast6_prefix prefix;
	int len, n;

	for (len = 0; len <= 128; len++) {
		anycast6_prefix_set(&prefix, &sample, len);
		KUNIT_EXPECT_EQ(test, prefix.len, len);
		for (n = 0; n < 128; n++) {
			KUNIT_EXPECT_EQ(test, bit(&prefix.addr, n),
					n < len && bit(&sample, n));
			other = sample;
			other.s6_addr[n / 8] ^= 0x80 >> n % 8;
			KUNIT_ASSERT_EQ_MSG(test, n >= len,
					    anycast6_prefix_contains(&prefix,
								     &other),
					    "/%d bit %d", len, n);
		}
		KUNIT_EXPECT_TRUE(test,
				  anycast6_prefix_contains(&prefix, &sample));
	}
}

/* Where addresses differ from a prefix for the first time says which is before
 * the other.
 */
static void prefix_compare(struct kunit *test)
{
	struct in6_addr sample, other;
	struct anycast6_prefix prefix;
	int len, n, i, order, wanted;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		sample = parse(test, samples[i]);
		for (len = 0; len <= 128; len++) {
			anycast6_prefix_set(&prefix, &sample, len);
			for (n = 0; n < 128; n++) {
				other = sample;
				other.s6_addr[n / 8] ^= 0x80 >> n % 8;
				order = anycast6_prefix_compare(&prefix,
								&other);
				wanted = n >= len ? 0 :
					 bit(&sample, n) ? 1 : -1;
				KUNIT_ASSERT_EQ_MSG(test, wanted,
						    (order > 0) - (order < 0),
						    "%s/%d bit %d", samples[i],
						    len, n);
			}
			KUNIT_ASSERT_EQ(test, 0,
					anycast6_prefix_compare(&prefix,
								&sample));
		}
	}
}

static void refusals(struct kunit *test)
{
	static const char * const refused[] = {
		"::", "::1", "ff02::1", "ff0e::1", "::ffff:192.0.2.1",
	};
	static const char * const accepted[] = {
		"2001:db8::", "2001:db8::1", "fe80::1", "fd00::1", "::2",
		"64:ff9b::192.0.2.1", "fec0::1",
	};
	struct in6_addr addr;
	int i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		addr = parse(test, refused[i]);
		KUNIT_EXPECT_NOT_NULL_MSG(test, anycast6_addr_refusal(&addr),
					  "%s", refused[i]);
	}
	for (i = 0; i < ARRAY_SIZE(accepted); i++) {
		addr = parse(test, accepted[i]);
		KUNIT_EXPECT_NULL_MSG(test, anycast6_addr_refusal(&addr),
				      "%s", accepted[i]);
		KUNIT_EXPECT_EQ(test, anycast6_addr_is_linklocal(&addr),
				!strncmp(accepted[i], "fe80", 4));
	}
}

static struct kunit_case addr_cases[] = {
	KUNIT_CASE(reserved_every_length_and_id),
	KUNIT_CASE(reserved_known),
	KUNIT_CASE(subnet_router_every_length),
	KUNIT_CASE(prefix_contains),
	KUNIT_CASE(prefix_compare),
	KUNIT_CASE(refusals),
	{}
};

static struct kunit_suite addr_suite = {
	.name = "anycast6_addr",
	.test_cases = addr_cases,
};

kunit_test_suite(addr_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit suites of anycast6");
