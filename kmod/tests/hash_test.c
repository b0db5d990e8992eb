// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: keys in a row are spread over a table's buckets by hash.h, whatever the
 * secret.
 */
#include <kunit/test.h>
#include <linux/prandom.h>

#include "../lib/hash.h"

#define SECRETS		2000
#define KEYS		190
#define BUCKETS		512
/* This much of a table is looked at where room is needed (steer/room.c). */
#define WINDOW		64
/* By chance alone, one table of millions has a bucket with more. */
#define MOST		8

/* A key's address and ports are hidden by these. */
struct secret {
	u32 address[2];
	u32 ports[2];
};

static void draw_secret(struct rnd_state *random, struct secret *secret)
{
	prandom_bytes_state(random, secret, sizeof(*secret));
}

/* The @n'th key of a row. */
static u64 hash_key(const struct secret *secret, u32 n, bool addresses, bool ports)
{
	u64 sum;

	sum = (u64)secret->address[0] *
	      (u32)(secret->address[1] + (__force u32)htonl(addresses ? n : 0));
	sum += (u64)(u32)(secret->ports[0] + (__force u32)htonl(ports ? 1024 + n : 1024)) *
	       secret->ports[1];
	return anycast6_hash_end(sum);
}

/* Returns whether a bucket has too many keys, or so many in a row have none. */
static bool is_uneven(const u8 *counts)
{
	unsigned int i, none = 0;

	for (i = 0; i < BUCKETS + WINDOW; i++) {
		if (counts[i % BUCKETS] > MOST)
			return true;
		none = counts[i % BUCKETS] ? 0 : none + 1;
		if (none == WINDOW)
			return true;
	}
	return false;
}

/* An rhashtable takes the lowest bits of the upper half, other tables the topmost. */
static void count_uneven(struct kunit *test, bool addresses, bool ports)
{
	unsigned int i, n, uneven = 0, top_uneven = 0;
	struct rnd_state random;
	struct secret secret;
	u8 *counts, *top;

	counts = kunit_kzalloc(test, 2 * BUCKETS, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, counts);
	top = counts + BUCKETS;
	prandom_seed_state(&random, 1);
	for (i = 0; i < SECRETS; i++) {
		memset(counts, 0, 2 * BUCKETS);
		draw_secret(&random, &secret);
		for (n = 0; n < KEYS; n++) {
			u64 hash = hash_key(&secret, n, addresses, ports);

			counts[(hash >> 32) % BUCKETS]++;
			top[hash / (U64_MAX / BUCKETS + 1)]++;
		}
		uneven += is_uneven(counts);
		top_uneven += is_uneven(top);
	}
	KUNIT_EXPECT_LE(test, uneven, 1U);
	KUNIT_EXPECT_LE(test, top_uneven, 1U);
}

static void addresses_in_a_row(struct kunit *test)
{
	count_uneven(test, true, false);
}

static void ports_in_a_row(struct kunit *test)
{
	count_uneven(test, false, true);
}

static void both_in_a_row(struct kunit *test)
{
	count_uneven(test, true, true);
}

static struct kunit_case hash_cases[] = {
	KUNIT_CASE(addresses_in_a_row),
	KUNIT_CASE(ports_in_a_row),
	KUNIT_CASE(both_in_a_row),
	{}
};

static struct kunit_suite hash_suite = {
	.name = "anycast6_hash",
	.test_cases = hash_cases,
};

kunit_test_suite(hash_suite);
