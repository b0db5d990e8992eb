// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: what an address is announced as by announce.c, for every combination
 * of what is configured.
 */
#include <kunit/test.h>

#include <uapi/linux/anycast6.h>

#include "../lib/announce.c"

/* What should be, in one number: 1 the address, 2 its scope. */
static int routes(int mode, bool made, bool linklocal, u8 scope_len)
{
	const struct anycast6_announce_facts facts = {
		.made = made,
		.linklocal = linklocal,
		.scope_len = scope_len,
	};
	const struct anycast6_announce_option option = {
		.mode = mode < 0 ? 0 : mode,
		.has_mode = mode >= 0,
	};
	struct anycast6_announce_wish wish;

	anycast6_announce_decide(&option, &facts, &wish);
	return wish.host | wish.scope << 1;
}

static void defaults(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, routes(-1, false, false, 0), 1);
	KUNIT_EXPECT_EQ(test, routes(-1, false, false, 48), 1);
	KUNIT_EXPECT_EQ(test, routes(-1, true, false, 64), 0);
	KUNIT_EXPECT_EQ(test, routes(-1, false, true, 64), 0);
}

static void configured(struct kunit *test)
{
	bool made;
	int i;

	for (i = 0; i < 2; i++) {
		made = i;
		KUNIT_EXPECT_EQ(test, routes(ANYCAST6_ANNOUNCE_NONE, made,
					     false, 48), 0);
		KUNIT_EXPECT_EQ(test, routes(ANYCAST6_ANNOUNCE_HOST, made,
					     false, 48), 1);
		KUNIT_EXPECT_EQ(test, routes(ANYCAST6_ANNOUNCE_SCOPE, made,
					     false, 48), 3);
		KUNIT_EXPECT_EQ(test, routes(ANYCAST6_ANNOUNCE_SCOPE, made,
					     true, 10), 0);
	}
}

/* No default route, and no route twice, even where nobody could refuse. */
static void scopes(struct kunit *test)
{
	int len;

	for (len = 0; len <= 128; len++)
		KUNIT_EXPECT_EQ(test, routes(ANYCAST6_ANNOUNCE_SCOPE, false,
					     false, len),
				len && len < 128 ? 3 : 1);
}

static void metrics(struct kunit *test)
{
	struct anycast6_announce_option option = {}, said = {};
	const struct anycast6_announce_facts facts = {};
	struct anycast6_announce_wish wish;

	anycast6_announce_decide(&option, &facts, &wish);
	KUNIT_EXPECT_EQ(test, wish.metric, 1024u);
	said.metric = 7;
	KUNIT_EXPECT_TRUE(test, anycast6_announce_set(&option, &said));
	KUNIT_EXPECT_FALSE(test, anycast6_announce_set(&option, &said));
	anycast6_announce_decide(&option, &facts, &wish);
	KUNIT_EXPECT_EQ(test, wish.metric, 7u);
	KUNIT_EXPECT_EQ(test, wish.scope_metric, 1024u);
	said.metric = 1025;
	anycast6_announce_set(&option, &said);
	anycast6_announce_decide(&option, &facts, &wish);
	KUNIT_EXPECT_EQ(test, wish.metric, 1025u);
	KUNIT_EXPECT_EQ(test, wish.scope_metric, 1025u);
}

/* A table in which one metric has another purpose. */
static void taken(struct kunit *test)
{
	const struct anycast6_announce_facts facts = { .taken = 1 };
	struct anycast6_announce_option option = { .metric = 1 };
	struct anycast6_announce_wish wish;

	anycast6_announce_decide(&option, &facts, &wish);
	KUNIT_EXPECT_EQ(test, wish.metric, 2u);
	option.metric = 3;
	anycast6_announce_decide(&option, &facts, &wish);
	KUNIT_EXPECT_EQ(test, wish.metric, 3u);
}

/* What is not said stays. */
static void said(struct kunit *test)
{
	struct anycast6_announce_option option = {}, says = { .metric = 7 };

	KUNIT_EXPECT_FALSE(test, anycast6_announce_is_set(&option));
	anycast6_announce_set(&option, &says);
	KUNIT_EXPECT_FALSE(test, option.has_mode);
	says = (struct anycast6_announce_option) { .has_mode = true };
	KUNIT_EXPECT_TRUE(test, anycast6_announce_set(&option, &says));
	KUNIT_EXPECT_FALSE(test, anycast6_announce_set(&option, &says));
	KUNIT_EXPECT_EQ(test, option.metric, 7u);
	KUNIT_EXPECT_TRUE(test, option.has_mode);
	KUNIT_EXPECT_EQ(test, option.mode, ANYCAST6_ANNOUNCE_NONE);
	anycast6_announce_forget(&option);
	KUNIT_EXPECT_FALSE(test, anycast6_announce_is_set(&option));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(defaults),
	KUNIT_CASE(configured),
	KUNIT_CASE(scopes),
	KUNIT_CASE(metrics),
	KUNIT_CASE(taken),
	KUNIT_CASE(said),
	{}
};

static struct kunit_suite suite = {
	.name = "anycast6_announce",
	.test_cases = cases,
};

kunit_test_suite(suite);
