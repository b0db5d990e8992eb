// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: the choice of select.c against a second formulation, which sorts out
 * candidates step by step, and the properties that it promises.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/math64.h>

#include "../lib/select.c"

#define MEMBERS		100
#define FLOWS		1000000
#define SOURCES		100000

/* Chi-squared for 99 degrees of freedom: exceeded by chance once in a thousand
 * times. The draw is not random, so the test always says the same.
 */
#define CHI_SQUARED_99	148

static const struct anycast6_prefix near = {
	.addr = { .s6_addr = { 0x20, 0x01, 0x0d, 0xb8 } },
	.len = 32,
};

static const struct anycast6_prefix far = {
	.addr = { .s6_addr = { 0x20, 0x01, 0x0d, 0xb9 } },
	.len = 32,
};

static const struct anycast6_prefix * const areas[] = { NULL, &near, &far };

static const struct in6_addr source = {
	.s6_addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
};

static int choose(const struct anycast6_candidate *candidates, int n, u64 flow)
{
	struct anycast6_rank rank, best;
	int i, winner = -1;

	for (i = 0; i < n; i++) {
		if (!anycast6_select_rank(&candidates[i], &source, flow, &rank))
			continue;
		if (winner < 0 || anycast6_select_compare(&rank, &best) < 0) {
			winner = i;
			best = rank;
		}
	}
	return winner;
}

/* Drops those for which a candidate that still is in is better by one rule. */
static int choose_by_elimination(const struct anycast6_candidate *candidates,
				 int n, u64 flow)
{
	bool in[4], local = false, steady = false;
	u32 least = U32_MAX;
	u64 highest = 0;
	int i, winner = -1;

	for (i = 0; i < n; i++) {
		in[i] = candidates[i].area != &far;
		steady |= in[i] && !candidates[i].draining;
	}
	for (i = 0; i < n; i++) {
		in[i] &= !steady || !candidates[i].draining;
		local |= in[i] && candidates[i].area;
	}
	for (i = 0; i < n; i++) {
		in[i] &= !local || candidates[i].area;
		if (in[i])
			least = min(least, candidates[i].distance);
	}
	for (i = 0; i < n; i++) {
		u64 weight = mix_bits(flow ^ candidates[i].seed);

		in[i] &= candidates[i].distance == least;
		if (in[i] && (winner < 0 || weight > highest)) {
			winner = i;
			highest = weight;
		}
	}
	return winner;
}

/* Candidate number @n of nine: three areas at three distances. */
static struct anycast6_candidate candidate(int n, u64 seed)
{
	return (struct anycast6_candidate) {
		.area = areas[n % 3],
		.distance = n / 3 % 3 * (U32_MAX / 2),
		.seed = seed,
	};
}

/* @draining: a bit for each candidate */
static void small_set(struct kunit *test, int size, int set, int draining)
{
	struct anycast6_candidate c[4];
	int i, rest = set;
	u64 flow;

	for (i = 0; i < size; i++, rest /= 9) {
		c[i] = candidate(rest % 9, mix_bits(i + 1));
		c[i].draining = draining & BIT(i);
	}
	for (flow = 0; flow < 4; flow++)
		KUNIT_ASSERT_EQ_MSG(test, choose(c, size, flow),
				    choose_by_elimination(c, size, flow),
				    "set %d of %d, draining %x, flow %llu",
				    set, size, draining, flow);
}

static void small_sets(struct kunit *test)
{
	int set, size, draining;

	for (size = 0; size <= 4; size++)
		for (set = 0; set < int_pow(9, size); set++)
			for (draining = 0; draining < (size < 4 ? BIT(size) : 1); draining++)
				small_set(test, size, set, draining);
}

static void order_does_not_matter(struct kunit *test)
{
	struct anycast6_candidate c[3], swapped[3];
	int set, i, from;
	u64 flow;

	for (set = 0; set < 729; set++) {
		for (i = 0; i < 3; i++)
			c[i] = candidate(set / (int)int_pow(9, i) % 9,
					 mix_bits(i + 1));
		for (from = 0; from < 3; from++) {
			for (i = 0; i < 3; i++)
				swapped[i] = c[(i + from) % 3];
			for (flow = 0; flow < 4; flow++) {
				int a = choose(c, 3, flow);
				int b = choose(swapped, 3, flow);

				KUNIT_ASSERT_EQ(test, a < 0, b < 0);
				if (a >= 0)
					KUNIT_ASSERT_EQ(test, c[a].seed,
							swapped[b].seed);
			}
		}
	}
}

static struct anycast6_candidate *make_members(struct kunit *test)
{
	struct anycast6_candidate *c;
	struct in6_addr addr = source;
	int i;

	c = kunit_kcalloc(test, MEMBERS, sizeof(*c), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, c);
	for (i = 0; i < MEMBERS; i++) {
		addr.s6_addr[15] = i;
		c[i].seed = anycast6_select_seed(&addr, 0);
	}
	return c;
}

static u64 nth_flow(unsigned int n)
{
	struct in6_addr client = source;

	client.s6_addr32[2] = htonl(n >> 16);
	return anycast6_select_flow(&client, &source, n << 16 | 53,
				    IPPROTO_UDP);
}

static u64 nth_source(unsigned int n)
{
	struct in6_addr client = source;

	client.s6_addr32[3] = htonl(n);
	return anycast6_select_source(&client, &source);
}

static void expect_balance(struct kunit *test, int count,
			   u64 (*nth)(unsigned int n))
{
	const s64 expected = count / MEMBERS;
	struct anycast6_candidate *c = make_members(test);
	int *got = kunit_kcalloc(test, MEMBERS, sizeof(*got), GFP_KERNEL);
	s64 sum = 0;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, got);
	for (i = 0; i < count; i++) {
		got[choose(c, MEMBERS, nth(i))]++;
		if (!(i % 1000))
			cond_resched();
	}
	for (i = 0; i < MEMBERS; i++)
		sum += (got[i] - expected) * (got[i] - expected);
	kunit_info(test, "chi-squared %lld", div_s64(sum, expected));
	KUNIT_EXPECT_LT(test, div_s64(sum, expected), CHI_SQUARED_99);
	/* as even as no dice would be */
	KUNIT_EXPECT_GT(test, div_s64(sum, expected), 50);
}

static void balance(struct kunit *test)
{
	expect_balance(test, FLOWS, nth_flow);
}

static void balance_of_sources(struct kunit *test)
{
	expect_balance(test, SOURCES, nth_source);
}

static void expect_little_disruption(struct kunit *test,
				     u64 (*nth)(unsigned int n))
{
	struct anycast6_candidate *c = make_members(test);
	struct anycast6_candidate gone = c[MEMBERS / 2];
	int i, before, after, moved = 0;

	for (i = 0; i < 20000; i++) {
		before = choose(c, MEMBERS, nth(i));
		c[MEMBERS / 2].area = &far;
		after = choose(c, MEMBERS, nth(i));
		c[MEMBERS / 2] = gone;
		if (before == MEMBERS / 2)
			moved++;
		else
			KUNIT_ASSERT_EQ(test, before, after);
		KUNIT_ASSERT_NE(test, after, MEMBERS / 2);
	}
	KUNIT_EXPECT_GT(test, moved, 0);
}

static void minimal_disruption(struct kunit *test)
{
	expect_little_disruption(test, nth_flow);
}

static void minimal_disruption_of_sources(struct kunit *test)
{
	expect_little_disruption(test, nth_source);
}

/* What all of a source's packets draw with is none of its flows' own. */
static void a_source_is_no_flow(struct kunit *test)
{
	u64 draw = anycast6_select_source(&near.addr, &source);
	int proto;

	KUNIT_EXPECT_EQ(test, draw, anycast6_select_source(&near.addr, &source));
	KUNIT_EXPECT_NE(test, draw, anycast6_select_source(&source, &near.addr));
	for (proto = 1; proto < 256; proto++)
		KUNIT_EXPECT_NE(test, draw,
				anycast6_select_flow(&near.addr, &source, 0,
						     proto));
}

static void compare_is_an_order(struct kunit *test)
{
	struct anycast6_rank r[18];
	int i, j, k;

	for (i = 0; i < ARRAY_SIZE(r); i++)
		r[i] = (struct anycast6_rank) {
			.local = i % 2,
			.distance = i / 2 % 3 * (U32_MAX / 2),
			.weight = i / 6 * (U64_MAX / 2),
		};
	for (i = 0; i < ARRAY_SIZE(r); i++)
		for (j = 0; j < ARRAY_SIZE(r); j++) {
			int ij = anycast6_select_compare(&r[i], &r[j]);

			KUNIT_ASSERT_EQ(test, ij, -anycast6_select_compare(&r[j], &r[i]));
			KUNIT_ASSERT_EQ(test, !ij, i == j);
			for (k = 0; k < ARRAY_SIZE(r); k++) {
				int jk = anycast6_select_compare(&r[j], &r[k]);
				int ik = anycast6_select_compare(&r[i], &r[k]);

				KUNIT_ASSERT_TRUE(test, ij >= 0 || jk >= 0 ||
						  ik < 0);
			}
		}
}

/* Routers side by side must agree, today's and tomorrow's. */
static void draws_are_for_ever(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mix_bits(1), 0xb456bcfc34c2cb2cULL);
	KUNIT_EXPECT_NE(test, anycast6_select_seed(&source, 1),
			anycast6_select_seed(&source, 2));
	KUNIT_EXPECT_NE(test,
			anycast6_select_flow(&source, &source, 1, IPPROTO_UDP),
			anycast6_select_flow(&source, &source, 1, IPPROTO_TCP));
	KUNIT_EXPECT_EQ(test, anycast6_select_source(&source, &source),
			0x3ed0324d0601f216ULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(small_sets),
	KUNIT_CASE(order_does_not_matter),
	KUNIT_CASE(compare_is_an_order),
	KUNIT_CASE(minimal_disruption),
	KUNIT_CASE(minimal_disruption_of_sources),
	KUNIT_CASE(balance),
	KUNIT_CASE(balance_of_sources),
	KUNIT_CASE(a_source_is_no_flow),
	KUNIT_CASE(draws_are_for_ever),
	{}
};

static struct kunit_suite suite = {
	.name = "anycast6_select",
	.test_cases = cases,
};

kunit_test_suite(suite);
