// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: what nud.c says of a neighbour, for all states of the kernel's entry now and
 * before, and all numbers of probes around the limits.
 */
#include <kunit/test.h>

#include "../lib/nud.c"

#define FIRST	6
#define AGAIN	3

static const u8 states[] = {
	NUD_NONE, NUD_INCOMPLETE, NUD_REACHABLE, NUD_STALE, NUD_DELAY,
	NUD_PROBE, NUD_FAILED, NUD_NOARP, NUD_PERMANENT,
};

static enum anycast6_nud judge(u8 state, u8 before, unsigned int probes, bool removed)
{
	struct anycast6_nud_entry entry = {
		.state = state,
		.removed = removed,
		.probes = probes,
		.first = FIRST,
		.again = AGAIN,
	};

	return anycast6_nud_judge(&entry, before);
}

/* What is not in the table any more says nothing. */
static void removed_entry(struct kunit *test)
{
	unsigned int i, j, probes;

	for (i = 0; i < ARRAY_SIZE(states); i++)
		for (j = 0; j < ARRAY_SIZE(states); j++)
			for (probes = 0; probes <= FIRST + 1; probes++)
				KUNIT_EXPECT_EQ(test, judge(states[i], states[j], probes, true),
						ANYCAST6_NUD_REMOVED);
}

/* Whatever was before: an entry that has not failed says itself what it is. */
static void living_entry(struct kunit *test)
{
	unsigned int i, j, probes;
	enum anycast6_nud expected;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		if (states[i] == NUD_FAILED)
			continue;
		expected = states[i] == NUD_NONE || states[i] == NUD_INCOMPLETE ?
			   ANYCAST6_NUD_OPEN : ANYCAST6_NUD_ANSWERS;
		for (j = 0; j < ARRAY_SIZE(states); j++)
			for (probes = 0; probes <= FIRST + 1; probes++)
				KUNIT_EXPECT_EQ(test, judge(states[i], states[j], probes, false),
						expected);
	}
}

static void expect_failed_from(struct kunit *test, u8 before, unsigned int limit)
{
	unsigned int probes;

	for (probes = 0; probes <= FIRST + 1; probes++)
		KUNIT_EXPECT_EQ(test, judge(NUD_FAILED, before, probes, false),
				probes < limit ? ANYCAST6_NUD_REMOVED : ANYCAST6_NUD_FAILED);
}

/* It fails only while it is asked, and after as many probes as the kernel sends. */
static void failed_entry(struct kunit *test)
{
	expect_failed_from(test, NUD_NONE, FIRST);
	expect_failed_from(test, NUD_INCOMPLETE, FIRST);
	expect_failed_from(test, NUD_FAILED, FIRST);
	expect_failed_from(test, NUD_PROBE, AGAIN);
	expect_failed_from(test, NUD_REACHABLE, UINT_MAX);
	expect_failed_from(test, NUD_STALE, UINT_MAX);
	expect_failed_from(test, NUD_DELAY, UINT_MAX);
	expect_failed_from(test, NUD_NOARP, UINT_MAX);
	expect_failed_from(test, NUD_PERMANENT, UINT_MAX);
}

/* Where the kernel never asks, what it does not know has failed at once. */
static void never_asked(struct kunit *test)
{
	struct anycast6_nud_entry entry = { .state = NUD_FAILED, .again = AGAIN };

	KUNIT_EXPECT_EQ(test, anycast6_nud_judge(&entry, NUD_NONE), ANYCAST6_NUD_FAILED);
	KUNIT_EXPECT_EQ(test, anycast6_nud_judge(&entry, NUD_STALE), ANYCAST6_NUD_REMOVED);
	KUNIT_EXPECT_EQ(test, anycast6_nud_judge(&entry, NUD_PROBE), ANYCAST6_NUD_REMOVED);
}

static struct kunit_case nud_cases[] = {
	KUNIT_CASE(removed_entry),
	KUNIT_CASE(living_entry),
	KUNIT_CASE(failed_entry),
	KUNIT_CASE(never_asked),
	{}
};

static struct kunit_suite nud_suite = {
	.name = "anycast6_nud",
	.test_cases = nud_cases,
};

kunit_test_suite(nud_suite);
