// SPDX-License-Identifier: GPL-2.0
/*
 * Several equal routes to a member: how flows are shared out to them, who takes the
 * flows of one that is dead, and what is said when all are.
 */
#include <kunit/test.h>
#include <linux/hash.h>
#include <linux/in.h>
#include <linux/math64.h>
#include <linux/module.h>

#include <uapi/linux/anycast6.h>

#include "../lib/hash.c"
#include "../lib/legs.c"

#define FLOWS	4096

/* As the kernel shares out hashes of 31 bits to routes by weight. */
static void fill_by_weights(u8 *buckets, const unsigned int *weights, unsigned int n)
{
	u64 total = 0, bound, sum;
	unsigned int i, leg;

	for (leg = 0; leg < n; leg++)
		total += weights[leg];
	for (i = 0; i < ANYCAST6_LEGS_BUCKETS; i++) {
		sum = 0;
		for (leg = 0; leg < n; leg++) {
			sum += weights[leg];
			bound = div64_u64(sum << 31, total) - 1;
			if (anycast6_legs_hash(i) <= bound)
				break;
		}
		buckets[i] = leg;
	}
}

static u64 draw_of(unsigned int flow)
{
	struct anycast6_flow_key key = {
		.proto = IPPROTO_UDP,
		.sport = htons(1024 + flow),
		.dport = htons(53),
	};

	key.source.s6_addr[15] = flow >> 8;
	return anycast6_legs_draw(&key, true, 0);
}

static void count_flows(const u8 *buckets, u32 living, unsigned int *counts)
{
	unsigned int flow;
	u8 leg;

	memset(counts, 0, sizeof(*counts) * (ANYCAST6_LEGS_MAX + 1));
	for (flow = 0; flow < FLOWS; flow++) {
		leg = anycast6_legs_pick(buckets, draw_of(flow), living);
		counts[min_t(unsigned int, leg, ANYCAST6_LEGS_MAX)]++;
	}
}

static void hashes_are_in_the_parts_of_their_buckets(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ANYCAST6_LEGS_BUCKETS; i++) {
		u32 hash = anycast6_legs_hash(i);

		KUNIT_EXPECT_NE(test, hash, 0u);
		KUNIT_EXPECT_EQ(test, hash >> (31 - ANYCAST6_LEGS_BITS), i);
	}
}

/* A resilient group takes the remainder of the hash, so its first half is half. */
static void remainders_are_spread(struct kunit *test)
{
	static const unsigned int sizes[] = {
		32, 64, 100, 128, 256, 1000, 4096, 32768,
	};
	unsigned int i, j, n;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		n = 0;
		for (j = 0; j < ANYCAST6_LEGS_BUCKETS; j++)
			n += anycast6_legs_hash(j) % sizes[i] < sizes[i] / 2;
		KUNIT_EXPECT_GE_MSG(test, n, 13u, "size %u", sizes[i]);
		KUNIT_EXPECT_LE_MSG(test, n, 19u, "size %u", sizes[i]);
	}
}

static void buckets_follow_weights(struct kunit *test)
{
	static const unsigned int weights[] = { 1, 2, 5 };
	unsigned int counts[3] = {}, i;
	u8 buckets[ANYCAST6_LEGS_BUCKETS];

	fill_by_weights(buckets, weights, 3);
	for (i = 0; i < ANYCAST6_LEGS_BUCKETS; i++)
		counts[buckets[i]]++;
	KUNIT_EXPECT_EQ(test, counts[0], 4u);
	KUNIT_EXPECT_EQ(test, counts[1], 8u);
	KUNIT_EXPECT_EQ(test, counts[2], 20u);
}

static void flows_follow_weights(struct kunit *test)
{
	static const unsigned int weights[] = { 1, 3 };
	unsigned int counts[ANYCAST6_LEGS_MAX + 1];
	u8 buckets[ANYCAST6_LEGS_BUCKETS];

	fill_by_weights(buckets, weights, 2);
	count_flows(buckets, 3, counts);
	KUNIT_EXPECT_EQ(test, counts[0] + counts[1], (unsigned int)FLOWS);
	KUNIT_EXPECT_GT(test, counts[0], FLOWS / 4 * 3u / 4);
	KUNIT_EXPECT_LT(test, counts[0], FLOWS / 4 * 5u / 4);
}

static void dead_legs_move_their_flows_alone(struct kunit *test)
{
	static const unsigned int weights[] = { 1, 1, 1, 1 };
	u8 buckets[ANYCAST6_LEGS_BUCKETS];
	unsigned int flow;
	u32 living;

	fill_by_weights(buckets, weights, 4);
	for (living = 1; living < 16; living++)
		for (flow = 0; flow < FLOWS; flow += 7) {
			u64 draw = draw_of(flow);
			u8 first = anycast6_legs_first(buckets, draw);
			u8 leg = anycast6_legs_pick(buckets, draw, living);

			KUNIT_ASSERT_TRUE(test, living & BIT(leg));
			if (living & BIT(first))
				KUNIT_ASSERT_EQ(test, leg, first);
		}
}

static void flows_of_a_dead_leg_are_shared_out(struct kunit *test)
{
	static const unsigned int weights[] = { 1, 1, 1 };
	unsigned int counts[ANYCAST6_LEGS_MAX + 1];
	u8 buckets[ANYCAST6_LEGS_BUCKETS];
	u32 dead;

	fill_by_weights(buckets, weights, 3);
	for (dead = 0; dead < 3; dead++) {
		u32 a = (dead + 1) % 3, b = (dead + 2) % 3;

		count_flows(buckets, 7 & ~BIT(dead), counts);
		KUNIT_EXPECT_EQ(test, counts[dead], 0u);
		KUNIT_EXPECT_GT(test, counts[a], FLOWS * 2u / 5);
		KUNIT_EXPECT_GT(test, counts[b], FLOWS * 2u / 5);
	}
}

static void some_leg_is_found_as_long_as_one_lives(struct kunit *test)
{
	u8 buckets[ANYCAST6_LEGS_BUCKETS];
	unsigned int i, flow;

	memset(buckets, ANYCAST6_LEGS_NONE, sizeof(buckets));
	KUNIT_EXPECT_EQ(test, anycast6_legs_pick(buckets, draw_of(1), ~0u),
			ANYCAST6_LEGS_NONE);
	for (i = 0; i < ANYCAST6_LEGS_BUCKETS; i++) {
		memset(buckets, 0, sizeof(buckets));
		buckets[i] = 1;
		for (flow = 0; flow < 64; flow++) {
			u8 leg = anycast6_legs_pick(buckets, draw_of(flow), BIT(1));

			KUNIT_ASSERT_EQ(test, leg, 1);
		}
		KUNIT_EXPECT_EQ(test, anycast6_legs_pick(buckets, draw_of(i), 0),
				ANYCAST6_LEGS_NONE);
	}
}

static void draws_tell_flows_apart(struct kunit *test)
{
	struct anycast6_flow_key key = { .proto = IPPROTO_TCP }, other;
	u64 draw, address;

	draw = anycast6_legs_draw(&key, true, 0);
	address = anycast6_legs_draw(&key, false, 0);
	other = key;
	KUNIT_EXPECT_EQ(test, anycast6_legs_draw(&other, true, 0), draw);
	/* of another namespace */
	KUNIT_EXPECT_NE(test, anycast6_legs_draw(&other, true, 1), draw);
	KUNIT_EXPECT_NE(test, anycast6_legs_draw(&other, false, 1), address);
	other.sport = htons(1);
	KUNIT_EXPECT_NE(test, anycast6_legs_draw(&other, true, 0), draw);
	KUNIT_EXPECT_EQ(test, anycast6_legs_draw(&other, false, 0), address);
	other.proto = IPPROTO_UDP;
	KUNIT_EXPECT_EQ(test, anycast6_legs_draw(&other, false, 0), address);
	other.source.s6_addr[15] = 1;
	KUNIT_EXPECT_NE(test, anycast6_legs_draw(&other, false, 0), address);
	other = key;
	other.destination.s6_addr[0] = 1;
	KUNIT_EXPECT_NE(test, anycast6_legs_draw(&other, true, 0), draw);
}

static void living_legs_have_their_turns(struct kunit *test)
{
	u32 living, number;
	unsigned int n;

	for (n = 1; n <= 6; n++)
		for (living = 0; living < BIT(n); living++) {
			u32 seen = 0;

			for (number = 100; number < 100 + n; number++)
				seen |= BIT(anycast6_legs_turn(number, living, n));
			KUNIT_EXPECT_EQ(test, seen, living ? : (u32)BIT(n) - 1);
		}
	KUNIT_EXPECT_EQ(test, anycast6_legs_turn(U32_MAX, ~0u, 32), 31);
}

static void least_is_missing_to_the_leg_that_is_told_of(struct kunit *test)
{
	/* from the one to which least is missing */
	static const u8 order[] = {
		0, ANYCAST6_REASON_NEIGHBOUR, ANYCAST6_REASON_LINK,
		ANYCAST6_REASON_ADMIN, ANYCAST6_REASON_ROUTE,
	};
	unsigned int a, b, c;

	for (a = 0; a < ARRAY_SIZE(order); a++)
		for (b = 0; b < ARRAY_SIZE(order); b++)
			for (c = 0; c < ARRAY_SIZE(order); c++) {
				const u8 reasons[] = { order[a], order[b], order[c] };
				u8 reason = anycast6_legs_reason(reasons, 3);

				KUNIT_EXPECT_EQ(test, reason, order[min3(a, b, c)]);
			}
	KUNIT_EXPECT_EQ(test, anycast6_legs_reason(order, 0), ANYCAST6_REASON_ROUTE);
}

static struct kunit_case legs_cases[] = {
	KUNIT_CASE(hashes_are_in_the_parts_of_their_buckets),
	KUNIT_CASE(remainders_are_spread),
	KUNIT_CASE(buckets_follow_weights),
	KUNIT_CASE(flows_follow_weights),
	KUNIT_CASE(dead_legs_move_their_flows_alone),
	KUNIT_CASE(flows_of_a_dead_leg_are_shared_out),
	KUNIT_CASE(some_leg_is_found_as_long_as_one_lives),
	KUNIT_CASE(draws_tell_flows_apart),
	KUNIT_CASE(living_legs_have_their_turns),
	KUNIT_CASE(least_is_missing_to_the_leg_that_is_told_of),
	{}
};

/* Any secret does; with this one each run is as the last. */
static int set_secret(struct kunit_suite *suite)
{
	unsigned int i;

	for (i = 0; i < ANYCAST6_HASH_WORDS; i++)
		anycast6_hash_common.words[i] = (i + 1) * GOLDEN_RATIO_32;
	return 0;
}

static struct kunit_suite legs_suite = {
	.name = "anycast6_legs",
	.suite_init = set_secret,
	.test_cases = legs_cases,
};

kunit_test_suite(legs_suite);
