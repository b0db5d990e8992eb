// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: when it is a flow's turn by turn.c, however irregular the seconds are
 * in which somebody asks.
 */
#include <kunit/test.h>

#include "../lib/turn.c"

/* So many seconds are gone through, from some before a long round begins on. */
#define SECONDS	(3 * ROUND * LONG_ROUND)
#define START	(ROUND * LONG_ROUND - 7)

static unsigned int count_turns(u32 hash, u32 step, bool seldom)
{
	unsigned int turns = 0;
	u32 told;

	for (told = START; told < START + SECONDS; told += step)
		turns += anycast6_turn_is_due(hash, told, told + step, seldom);
	return turns;
}

/* Each has one turn a round, whether each second is asked for or only some. */
static void once_a_round(struct kunit *test)
{
	u32 hash, step;

	for (hash = 0; hash < 3 * ROUND; hash++)
		for (step = 1; step <= ROUND; step++) {
			if (SECONDS % step)
				continue;
			KUNIT_EXPECT_EQ(test, count_turns(hash, step, false), SECONDS / ROUND);
			KUNIT_EXPECT_EQ(test, count_turns(hash, step, true),
					SECONDS / ROUND / LONG_ROUND);
		}
}

/* It is the same second, whoever asks. */
static void second_of_a_hash(struct kunit *test)
{
	u32 hash, now;

	for (hash = 0; hash < ROUND; hash++)
		for (now = START; now < START + 2 * ROUND; now++)
			KUNIT_EXPECT_EQ(test, anycast6_turn_is_due(hash, now - 1, now, false),
					now % ROUND == hash);
}

static void twice_in_a_second(struct kunit *test)
{
	u32 hash;

	for (hash = 0; hash < ROUND; hash++)
		KUNIT_EXPECT_FALSE(test, anycast6_turn_is_due(hash, START, START, false));
}

/* After a long pause all have their turn at once. */
static void after_a_pause(struct kunit *test)
{
	u32 hash;

	for (hash = 0; hash < ROUND; hash++) {
		KUNIT_EXPECT_TRUE(test, anycast6_turn_is_due(hash, START, 2 * START, false));
		/* the clock has begun anew */
		KUNIT_EXPECT_TRUE(test, anycast6_turn_is_due(hash, START, 3, false));
	}
}

static struct kunit_case turn_cases[] = {
	KUNIT_CASE(once_a_round),
	KUNIT_CASE(second_of_a_hash),
	KUNIT_CASE(twice_in_a_second),
	KUNIT_CASE(after_a_pause),
	{}
};

static struct kunit_suite turn_suite = {
	.name = "anycast6_turn",
	.test_cases = turn_cases,
};

kunit_test_suite(turn_suite);
