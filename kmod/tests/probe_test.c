// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: what a probe is (probe_packet.c), what its answers say (liveness.c),
 * and how many there may be (budget.c).
 */
#include <kunit/test.h>
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>

#include "../lib/budget.c"
#include "../lib/liveness.c"
#include "../lib/probe_packet.c"

/* ---- liveness ---- */

static void three_misses(struct kunit *test)
{
	struct anycast6_liveness liveness = {};
	int i;

	anycast6_liveness_begin(&liveness, ANYCAST6_LIFE_UP);
	KUNIT_EXPECT_FALSE(test, anycast6_liveness_send(&liveness));
	for (i = 1; i <= 3; i++) {
		KUNIT_EXPECT_EQ(test, ANYCAST6_LIFE_UP, liveness.life);
		KUNIT_EXPECT_TRUE(test, anycast6_liveness_send(&liveness));
	}
	KUNIT_EXPECT_EQ(test, ANYCAST6_LIFE_DOWN, liveness.life);
	for (i = 0; i < 1000; i++)
		KUNIT_EXPECT_TRUE(test, anycast6_liveness_send(&liveness));
	KUNIT_EXPECT_EQ(test, ANYCAST6_LIFE_DOWN, liveness.life);
	/* one is enough to come back, and they are counted anew */
	KUNIT_EXPECT_TRUE(test, anycast6_liveness_hear(&liveness, liveness.sent,
						       ANYCAST6_LIFE_UP));
	KUNIT_EXPECT_EQ(test, ANYCAST6_LIFE_UP, liveness.life);
	KUNIT_EXPECT_FALSE(test, anycast6_liveness_send(&liveness));
	for (i = 1; i <= 3; i++) {
		KUNIT_EXPECT_EQ(test, ANYCAST6_LIFE_UP, liveness.life);
		KUNIT_EXPECT_TRUE(test, anycast6_liveness_send(&liveness));
	}
	KUNIT_EXPECT_EQ(test, ANYCAST6_LIFE_DOWN, liveness.life);
}

static void each_answer_counts_once(struct kunit *test)
{
	struct anycast6_liveness liveness = { .sent = U32_MAX - 2 };
	int i;

	anycast6_liveness_begin(&liveness, ANYCAST6_LIFE_DOWN);
	/* what was never asked, before and after */
	for (i = -5; i <= 5; i++)
		KUNIT_EXPECT_FALSE(test, anycast6_liveness_hear(&liveness,
								liveness.sent + i,
								ANYCAST6_LIFE_UP));
	for (i = 0; i < 6; i++)
		anycast6_liveness_send(&liveness);
	/* too old, too new, and twice; over the end of the numbers as well */
	KUNIT_EXPECT_FALSE(test, anycast6_liveness_hear(&liveness, liveness.sent - 3,
							ANYCAST6_LIFE_UP));
	KUNIT_EXPECT_FALSE(test, anycast6_liveness_hear(&liveness, liveness.sent + 1,
							ANYCAST6_LIFE_UP));
	KUNIT_EXPECT_TRUE(test, anycast6_liveness_hear(&liveness, liveness.sent - 1,
						       ANYCAST6_LIFE_UP));
	KUNIT_EXPECT_FALSE(test, anycast6_liveness_hear(&liveness, liveness.sent - 1,
							ANYCAST6_LIFE_UP));
	KUNIT_EXPECT_FALSE(test, anycast6_liveness_hear(&liveness, liveness.sent - 2,
							ANYCAST6_LIFE_DOWN));
	KUNIT_EXPECT_EQ(test, ANYCAST6_LIFE_UP, liveness.life);
	KUNIT_EXPECT_TRUE(test, anycast6_liveness_hear(&liveness, liveness.sent,
						       ANYCAST6_LIFE_DRAINING));
	KUNIT_EXPECT_EQ(test, ANYCAST6_LIFE_DRAINING, liveness.life);
}

/* A way that is longer than two intervals: no miss, as long as all come. */
static void long_way(struct kunit *test)
{
	struct anycast6_liveness liveness = {};
	bool heard;
	int i;

	anycast6_liveness_begin(&liveness, ANYCAST6_LIFE_UP);
	for (i = 0; i < 100; i++) {
		bool missed = anycast6_liveness_send(&liveness);

		KUNIT_EXPECT_EQ(test, missed, i == 1 || i == 2);
		heard = i < 2 || anycast6_liveness_hear(&liveness, liveness.sent - 2,
							ANYCAST6_LIFE_UP);
		KUNIT_EXPECT_TRUE(test, heard);
		KUNIT_EXPECT_EQ(test, ANYCAST6_LIFE_UP, liveness.life);
	}
}

/* ---- budget ---- */

static void bounded(struct kunit *test)
{
	static const u32 rates[][2] = {
		{ 2000, 64 }, { 4000, 256 }, { 1, 1 }, { 1000000, 5 },
	};
	int i, step;

	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		struct anycast6_budget budget;
		u64 now = 12345, spent = 0, wait;

		anycast6_budget_init(&budget, rates[i][0], rates[i][1], now);
		for (step = 0; step < 10000; step++) {
			wait = anycast6_budget_spend(&budget, now);
			KUNIT_EXPECT_LE(test, wait,
					NSEC_PER_SEC / rates[i][0] + 1);
			spent += !wait;
			/* who waits as long as it was told, may */
			now += wait;
		}
		KUNIT_EXPECT_GE(test, spent, 5000);
		KUNIT_EXPECT_LE(test, spent, rates[i][1] + 1 +
				div_u64((now - 12345) * rates[i][0],
					NSEC_PER_SEC));
		/* however long nothing was spent */
		for (spent = 0, now += U32_MAX * 1000ULL;
		     !anycast6_budget_spend(&budget, now); spent++)
			;
		KUNIT_EXPECT_LE(test, spent, rates[i][1]);
		KUNIT_EXPECT_GE(test, spent, min(rates[i][0], rates[i][1]));
	}
}

/* ---- packets ---- */

static const siphash_key_t key = { .key = { 1, 2 } };

static const struct anycast6_probe_payload sample = {
	.magic = ANYCAST6_PROBE_MAGIC,
	.id = cpu_to_be32(7),
	.number = cpu_to_be32(9),
	.member = { .s6_addr = { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
};

static void cookie_is_of_all(struct kunit *test)
{
	struct anycast6_probe_route route = { .ifindex = 3, .vrf = 4 };
	struct anycast6_probe_payload payload = sample;
	u64 cookie = anycast6_probe_cookie(&payload, &route, &key);
	siphash_key_t other = { .key = { 1, 3 } };

	KUNIT_EXPECT_EQ(test, cookie,
			anycast6_probe_cookie(&payload, &route, &key));
	KUNIT_EXPECT_NE(test, cookie,
			anycast6_probe_cookie(&payload, &route, &other));
	payload.number ^= cpu_to_be32(1);
	KUNIT_EXPECT_NE(test, cookie,
			anycast6_probe_cookie(&payload, &route, &key));
	payload = sample;
	payload.id ^= cpu_to_be32(1);
	KUNIT_EXPECT_NE(test, cookie,
			anycast6_probe_cookie(&payload, &route, &key));
	payload = sample;
	payload.member.s6_addr[15]++;
	KUNIT_EXPECT_NE(test, cookie,
			anycast6_probe_cookie(&payload, &route, &key));
	/* who answers says something of itself */
	payload = sample;
	payload.marks = cpu_to_be32(ANYCAST6_PROBE_FOUND);
	KUNIT_EXPECT_EQ(test, cookie,
			anycast6_probe_cookie(&payload, &route, &key));
	route.target.s6_addr[0]++;
	KUNIT_EXPECT_NE(test, cookie,
			anycast6_probe_cookie(&sample, &route, &key));
	route.target.s6_addr[0]--;
	route.vrf++;
	KUNIT_EXPECT_NE(test, cookie,
			anycast6_probe_cookie(&sample, &route, &key));
	route.vrf--;
	route.ifindex++;
	KUNIT_EXPECT_NE(test, cookie,
			anycast6_probe_cookie(&sample, &route, &key));
}

/* An echo message with the sample, quoted by an error if @error. */
static struct sk_buff *make(struct kunit *test, int error, int code, int echo)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	struct icmp6hdr *icmp;
	struct ipv6hdr *ip6;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	if (error >= 0) {
		icmp = skb_put_zero(skb, sizeof(*icmp));
		icmp->icmp6_type = error;
		icmp->icmp6_code = code;
		ip6 = skb_put_zero(skb, sizeof(*ip6));
		ip6->nexthdr = IPPROTO_ICMPV6;
	}
	icmp = skb_put_zero(skb, sizeof(*icmp));
	icmp->icmp6_type = echo;
	skb_put_data(skb, &sample, sizeof(sample));
	return skb;
}

static void kinds(struct kunit *test)
{
	struct anycast6_probe_payload payload;
	int error, code, echo, kind, want;
	struct sk_buff *skb;

	for (error = -1; error < 6; error++)
		for (code = 0; code < 8; code++)
			for (echo = 127; echo <= 130; echo++) {
				skb = make(test, error, code, echo);
				kind = anycast6_probe_packet_parse(skb, 0,
								   &payload);
				want = ANYCAST6_PROBE_NONE;
				if (error < 0 && echo == ICMPV6_ECHO_REQUEST)
					want = ANYCAST6_PROBE_REQUEST;
				if (error < 0 && echo == ICMPV6_ECHO_REPLY)
					want = ANYCAST6_PROBE_REPLY;
				/* no port of it was asked for */
				if (error == 1 && echo == ICMPV6_ECHO_REQUEST &&
				    code != 4)
					want = code == 1 ?
					       ANYCAST6_PROBE_DRAINING :
					       ANYCAST6_PROBE_DOWN;
				KUNIT_EXPECT_EQ(test, want, kind);
				if (want)
					KUNIT_EXPECT_MEMEQ(test, &payload,
							   &sample,
							   sizeof(sample));
				kfree_skb(skb);
			}
}

/* Whatever is cut off, nothing is read that is not there. */
static void cut(struct kunit *test)
{
	struct anycast6_probe_payload payload;
	struct sk_buff *skb;
	unsigned int len;
	int error;

	for (error = -1; error <= 1; error += 2) {
		skb = make(test, error, 3, ICMPV6_ECHO_REQUEST);
		for (len = skb->len - 1; len; len--) {
			skb_trim(skb, len);
			KUNIT_EXPECT_EQ(test, ANYCAST6_PROBE_NONE,
					anycast6_probe_packet_parse(skb, 0,
								    &payload));
			KUNIT_EXPECT_EQ(test, anycast6_probe_packet_is(skb, 0),
					error < 0 && len >= 16);
		}
		kfree_skb(skb);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(three_misses),
	KUNIT_CASE(each_answer_counts_once),
	KUNIT_CASE(long_way),
	KUNIT_CASE(bounded),
	KUNIT_CASE(cookie_is_of_all),
	KUNIT_CASE(kinds),
	KUNIT_CASE(cut),
	{}
};

static struct kunit_suite suite = {
	.name = "anycast6_probe",
	.test_cases = cases,
};

kunit_test_suite(suite);
