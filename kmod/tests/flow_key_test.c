// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: which flows there can be by flow_key.c, for all protocols, and for ports
 * and addresses of each kind.
 */
#include <kunit/test.h>
#include <linux/inet.h>

#include "../lib/flow_key.c"

static const u32 protocols[] = {
	IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_SCTP,
	IPPROTO_ICMPV6, ANYCAST6_TRACK_SOURCE,
};

static const struct {
	const char *source;
	enum anycast6_flow_fault fault;
} sources[] = {
	{ "2001:db8:c::2", ANYCAST6_FLOW_FAULT_NONE },
	{ "fe80::1", ANYCAST6_FLOW_FAULT_NONE },
	{ "fd00::1", ANYCAST6_FLOW_FAULT_NONE },
	{ "::2", ANYCAST6_FLOW_FAULT_NONE },
	{ "64:ff9b::192.0.2.1", ANYCAST6_FLOW_FAULT_NONE },
	{ "::", ANYCAST6_FLOW_FAULT_SOURCE },
	{ "::1", ANYCAST6_FLOW_FAULT_SOURCE },
	{ "ff02::1", ANYCAST6_FLOW_FAULT_SOURCE },
	{ "ff0e::1", ANYCAST6_FLOW_FAULT_SOURCE },
	{ "::ffff:192.0.2.1", ANYCAST6_FLOW_FAULT_SOURCE },
	{ "2001:db8:a::a", ANYCAST6_FLOW_FAULT_SELF },
};

static void make_key(struct kunit *test, const char *source, u32 proto,
		     struct anycast6_flow_key *key)
{
	memset(key, 0, sizeof(*key));
	key->proto = proto;
	KUNIT_ASSERT_EQ(test, in6_pton(source, -1, key->source.s6_addr, -1, NULL), 1);
	KUNIT_ASSERT_EQ(test, in6_pton("2001:db8:a::a", -1, key->destination.s6_addr, -1, NULL), 1);
}

static void source_of_each_kind(struct kunit *test)
{
	struct anycast6_flow_key key;
	int i, p;

	for (p = 0; p < ARRAY_SIZE(protocols); p++)
		for (i = 0; i < ARRAY_SIZE(sources); i++) {
			make_key(test, sources[i].source, protocols[p], &key);
			key.sport = htons(1);
			key.dport = htons(2);
			KUNIT_EXPECT_EQ_MSG(test, anycast6_flow_key_fault(&key), sources[i].fault,
					    "%s, protocol %u", sources[i].source, protocols[p]);
		}
}

/* An identifier of echo may be 0, and a source has no ports. */
static void ports_that_are_0(struct kunit *test)
{
	struct anycast6_flow_key key;
	bool ports;
	int p;

	for (p = 0; p < ARRAY_SIZE(protocols); p++) {
		ports = protocols[p] != IPPROTO_ICMPV6 && protocols[p] != ANYCAST6_TRACK_SOURCE;
		make_key(test, "2001:db8:c::2", protocols[p], &key);
		KUNIT_EXPECT_EQ(test, anycast6_flow_key_fault(&key),
				ports ? ANYCAST6_FLOW_FAULT_SPORT : ANYCAST6_FLOW_FAULT_NONE);
		key.sport = htons(65535);
		KUNIT_EXPECT_EQ(test, anycast6_flow_key_fault(&key),
				ports ? ANYCAST6_FLOW_FAULT_DPORT : ANYCAST6_FLOW_FAULT_NONE);
		key.dport = htons(256);
		KUNIT_EXPECT_EQ(test, anycast6_flow_key_fault(&key), ANYCAST6_FLOW_FAULT_NONE);
		key.sport = 0;
		KUNIT_EXPECT_EQ(test, anycast6_flow_key_fault(&key),
				ports ? ANYCAST6_FLOW_FAULT_SPORT : ANYCAST6_FLOW_FAULT_NONE);
	}
}

static struct kunit_case flow_key_cases[] = {
	KUNIT_CASE(source_of_each_kind),
	KUNIT_CASE(ports_that_are_0),
	{}
};

static struct kunit_suite flow_key_suite = {
	.name = "anycast6_flow_key",
	.test_cases = flow_key_cases,
};

kunit_test_suite(flow_key_suite);
