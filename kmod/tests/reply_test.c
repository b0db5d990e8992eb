// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: which source an answer gets by answer.c, and who opened a flow by
 * initiator.c.
 */
#include <kunit/test.h>

#include "../lib/answer.c"
#include "../lib/initiator.c"

/* ---- which source ---- */

struct wish {
	u8 mode;
	enum anycast6_answer datagram;
	enum anycast6_answer message;
};

static const struct wish wishes[] = {
	{ ANYCAST6_SOURCE_MODE_AUTO,
	  ANYCAST6_ANSWER_ANYCAST, ANYCAST6_ANSWER_UNICAST },
	{ ANYCAST6_SOURCE_MODE_ANYCAST,
	  ANYCAST6_ANSWER_ANYCAST, ANYCAST6_ANSWER_ANYCAST },
	{ ANYCAST6_SOURCE_MODE_UNICAST,
	  ANYCAST6_ANSWER_UNICAST, ANYCAST6_ANSWER_UNICAST },
	{ ANYCAST6_SOURCE_MODE_ADDRESS,
	  ANYCAST6_ANSWER_ADDRESS, ANYCAST6_ANSWER_ADDRESS },
};

static void sources(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(wishes); i++) {
		const struct wish *wish = &wishes[i];

		KUNIT_EXPECT_EQ(test, wish->datagram,
				anycast6_answer_source(wish->mode,
						       IPPROTO_UDP));
		KUNIT_EXPECT_EQ(test, wish->datagram,
				anycast6_answer_source(wish->mode,
						       IPPROTO_UDPLITE));
		KUNIT_EXPECT_EQ(test, wish->message,
				anycast6_answer_source(wish->mode,
						       IPPROTO_ICMPV6));
	}
}

/* RFC 4443 section 2.1: errors have the high bit clear */
static void icmp_types(struct kunit *test)
{
	static const u8 replies[] = { 129, 140, 145 };
	int type, i, found;

	for (type = 0; type < 256; type++) {
		KUNIT_EXPECT_EQ(test, anycast6_answer_is_banned(type),
				type < 128 && type != 2);
		for (i = 0, found = 0; i < ARRAY_SIZE(replies); i++)
			found += replies[i] == type;
		KUNIT_EXPECT_EQ(test, anycast6_answer_is_reply(type), found);
	}
}

/* ---- who opened a flow ---- */

/* A letter an event: (c)ame, (w)ent; a digit lets 10^digit seconds pass. */
struct story {
	const char *events;
	enum anycast6_initiator end;
};

static const struct story stories[] = {
	{ "", ANYCAST6_INITIATOR_NONE },
	{ "w", ANYCAST6_INITIATOR_OWN },
	{ "c", ANYCAST6_INITIATOR_THEIRS },
	{ "cw", ANYCAST6_INITIATOR_THEIRS },
	{ "wc", ANYCAST6_INITIATOR_OWN },
	{ "wccc0c0c1cc", ANYCAST6_INITIATOR_OWN },
	{ "cwww0w1w", ANYCAST6_INITIATOR_THEIRS },
	/* forgotten */
	{ "c3", ANYCAST6_INITIATOR_NONE },
	{ "w3", ANYCAST6_INITIATOR_NONE },
	{ "c3w", ANYCAST6_INITIATOR_OWN },
	{ "w3c", ANYCAST6_INITIATOR_THEIRS },
	/* what comes keeps nothing of this node's own alive */
	{ "w2c2c", ANYCAST6_INITIATOR_THEIRS },
	/* what was used again is kept for longer */
	{ "w1w3", ANYCAST6_INITIATOR_OWN },
	{ "w2w3c3c", ANYCAST6_INITIATOR_OWN },
	{ "w1w4", ANYCAST6_INITIATOR_NONE },
	{ "c1c3", ANYCAST6_INITIATOR_NONE },
	/* what the peer began stays so while either speaks */
	{ "c2w2w2w2w", ANYCAST6_INITIATOR_THEIRS },
};

static void tell(struct anycast6_initiator_pair *pair, u32 tag, u32 *now,
		 const char *events)
{
	for (; *events; events++) {
		switch (*events) {
		case 'c':
			anycast6_initiator_came(pair, tag, *now);
			break;
		case 'w':
			anycast6_initiator_went(pair, tag, *now);
			break;
		default:
			*now += ANYCAST6_INITIATOR_TICKS(int_pow(10, *events - '0'));
		}
	}
}

static void notes(struct kunit *test)
{
	static const u32 begins[] = { 1, 100000, U32_MAX - 50 };
	int i, n;

	for (i = 0; i < ARRAY_SIZE(stories); i++) {
		for (n = 0; n < ARRAY_SIZE(begins); n++) {
			struct anycast6_initiator_pair pair = {};
			u32 now = begins[n];

			tell(&pair, 4711, &now, stories[i].events);
			KUNIT_EXPECT_EQ_MSG(test, stories[i].end,
					    anycast6_initiator_read(&pair, 4711, now),
					    "%s", stories[i].events);
			KUNIT_EXPECT_EQ(test, ANYCAST6_INITIATOR_NONE,
					anycast6_initiator_read(&pair, 4712, now));
		}
	}
}

/* What a packet would change nothing of, and nothing else, is new. */
static void notes_are_new(struct kunit *test)
{
	static const char * const beginnings[] = { "w", "c", "w1w", "c0w" };
	const u64 hash = 4711ULL << 34;
	int i;

	for (i = 0; i < ARRAY_SIZE(beginnings); i++) {
		struct anycast6_initiator_pair pair = {}, before;
		u32 now = 100;

		KUNIT_EXPECT_FALSE(test, anycast6_initiator_is_new(&pair, hash, now));
		tell(&pair, 4711, &now, beginnings[i]);
		/* whatever is not the tag */
		KUNIT_EXPECT_TRUE(test, anycast6_initiator_is_new(&pair, hash, now));
		KUNIT_EXPECT_TRUE(test,
				  anycast6_initiator_is_new(&pair, hash | GENMASK(33, 0), now));
		KUNIT_EXPECT_FALSE(test, anycast6_initiator_is_new(&pair, hash ^ BIT_ULL(34), now));
		KUNIT_EXPECT_FALSE(test, anycast6_initiator_is_new(&pair, hash ^ BIT_ULL(63), now));
		KUNIT_EXPECT_FALSE(test, anycast6_initiator_is_new(&pair, hash, now + 1));

		before = pair;
		tell(&pair, 4711, &now, "cwwc");
		KUNIT_EXPECT_MEMEQ(test, &pair, &before, sizeof(pair));
		/* in the other place, too */
		swap(pair.slots[0], pair.slots[1]);
		KUNIT_EXPECT_TRUE(test, anycast6_initiator_is_new(&pair, hash, now));

		anycast6_initiator_drop(&pair, 4712, now);
		KUNIT_EXPECT_TRUE(test, anycast6_initiator_is_new(&pair, hash, now));
		anycast6_initiator_drop(&pair, 4711, now);
		KUNIT_EXPECT_FALSE(test, anycast6_initiator_is_new(&pair, hash, now));
		KUNIT_EXPECT_EQ(test, ANYCAST6_INITIATOR_NONE,
				anycast6_initiator_read(&pair, 4711, now));
	}
}

/* What this node's own servers and clients use again stays when others come and
 * go in the same place, however many.
 */
static void lasting_notes_stay(struct kunit *test)
{
	struct anycast6_initiator_pair pair = {};
	u32 now = 1, tag;

	tell(&pair, 1, &now, "w1w");
	for (tag = 2; tag < 1000; tag++) {
		anycast6_initiator_went(&pair, tag, now);
		KUNIT_EXPECT_EQ(test, ANYCAST6_INITIATOR_OWN,
				anycast6_initiator_read(&pair, tag, now));
		KUNIT_EXPECT_EQ(test, ANYCAST6_INITIATOR_OWN,
				anycast6_initiator_read(&pair, 1, now));
		now += tag % 2;
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sources),
	KUNIT_CASE(icmp_types),
	KUNIT_CASE(notes),
	KUNIT_CASE(notes_are_new),
	KUNIT_CASE(lasting_notes_stay),
	{}
};

static struct kunit_suite suite = {
	.name = "anycast6_reply",
	.test_cases = cases,
};

kunit_test_suite(suite);
