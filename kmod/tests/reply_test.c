// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: which source an answer gets by answer.c, who spoke first in a flow by
 * initiator.c, and which flows this node opened by opened.c.
 */
#include <kunit/test.h>

#include "../lib/answer.c"
#include "../lib/initiator.c"
/* both files have their own */
#undef SHORT
#undef LONG
#include "../lib/opened.c"

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

/* ---- who spoke first ---- */

/* A letter an event: (c)ame, (w)ent, (s)erved, (o)wn; a digit lets 10^digit seconds
 * pass.
 */
struct story {
	const char *events;
	int end;
};

#define NOT_KNOWN	-1

static int read_kind(struct anycast6_initiator_pair *pair, u32 tag, u32 now)
{
	const u64 *place = find_initiator(pair, tag, now);

	return place ? slot_kind(*place) : NOT_KNOWN;
}

static const struct story stories[] = {
	{ "", NOT_KNOWN },
	/* what is sent makes no note */
	{ "w", NOT_KNOWN },
	{ "c", ANYCAST6_INITIATOR_ASKED },
	{ "cw", ANYCAST6_INITIATOR_ANSWERED },
	{ "cwc", ANYCAST6_INITIATOR_ASKED },
	{ "cwww0w1w", ANYCAST6_INITIATOR_ANSWERED },
	/* forgotten */
	{ "c3", NOT_KNOWN },
	{ "c3w", NOT_KNOWN },
	{ "cw3w", NOT_KNOWN },
	/* what the peer began stays so while either speaks */
	{ "c2w2w2w2w", ANYCAST6_INITIATOR_ANSWERED },
	/* a client of an anycast address is one for longer */
	{ "s", ANYCAST6_INITIATOR_SERVED },
	{ "s3", ANYCAST6_INITIATOR_SERVED },
	{ "s3c3w", ANYCAST6_INITIATOR_SERVED },
	{ "s4", NOT_KNOWN },
	{ "cs", ANYCAST6_INITIATOR_SERVED },
	/* not what the peer began */
	{ "o", ANYCAST6_INITIATOR_OWN },
	{ "ow", ANYCAST6_INITIATOR_OWN },
	{ "oc", ANYCAST6_INITIATOR_ASKED },
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
		case 's':
			anycast6_initiator_set(pair, tag,
					       ANYCAST6_INITIATOR_SERVED, *now);
			break;
		case 'o':
			anycast6_initiator_set(pair, tag,
					       ANYCAST6_INITIATOR_OWN, *now);
			break;
		default:
			*now += ANYCAST6_INITIATOR_TICKS(int_pow(10, *events - '0'));
		}
	}
}

static const u32 begins[] = { 1, 100000, U32_MAX - 50 };

static void notes(struct kunit *test)
{
	int i, n;

	for (i = 0; i < ARRAY_SIZE(stories); i++) {
		for (n = 0; n < ARRAY_SIZE(begins); n++) {
			struct anycast6_initiator_pair pair = {};
			u32 now = begins[n];

			tell(&pair, 4711, &now, stories[i].events);
			KUNIT_EXPECT_EQ_MSG(test, stories[i].end,
					    read_kind(&pair, 4711, now),
					    "%s", stories[i].events);
			KUNIT_EXPECT_EQ(test, NOT_KNOWN,
					read_kind(&pair, 4712, now));
		}
	}
}

static void peers_wait(struct kunit *test)
{
	struct anycast6_initiator_pair pair = {};
	u32 now = 1;

	KUNIT_EXPECT_FALSE(test, anycast6_initiator_waits(&pair, 1, now, 5));
	tell(&pair, 1, &now, "c");
	KUNIT_EXPECT_TRUE(test, anycast6_initiator_waits(&pair, 1, now + 5, 5));
	KUNIT_EXPECT_FALSE(test, anycast6_initiator_waits(&pair, 1, now + 6, 5));
	KUNIT_EXPECT_FALSE(test, anycast6_initiator_waits(&pair, 2, now, 5));
	tell(&pair, 1, &now, "w");
	KUNIT_EXPECT_FALSE(test, anycast6_initiator_waits(&pair, 1, now, 5));
	tell(&pair, 1, &now, "c");
	KUNIT_EXPECT_TRUE(test, anycast6_initiator_waits(&pair, 1, now, 5));
	tell(&pair, 1, &now, "s");
	KUNIT_EXPECT_FALSE(test, anycast6_initiator_waits(&pair, 1, now, 5));
}

static void answers_are_told(struct kunit *test)
{
	struct anycast6_initiator_pair pair = {};
	u32 now = 1;

	KUNIT_EXPECT_FALSE(test, anycast6_initiator_went(&pair, 1, now));
	tell(&pair, 1, &now, "o");
	KUNIT_EXPECT_FALSE(test, anycast6_initiator_went(&pair, 1, now));
	tell(&pair, 1, &now, "c");
	KUNIT_EXPECT_TRUE(test, anycast6_initiator_went(&pair, 1, now));
	tell(&pair, 1, &now, "s3");
	KUNIT_EXPECT_TRUE(test, anycast6_initiator_went(&pair, 1, now));
}

/* What a packet would change nothing of, and nothing else, is new. */
static void notes_are_new(struct kunit *test)
{
	static const char * const beginnings[] = { "cw", "s", "s3w", "o" };
	const u64 hash = 4711ULL << 34;
	int i, out;

	for (i = 0; i < ARRAY_SIZE(beginnings) * 2; i++) {
		struct anycast6_initiator_pair pair = {};
		u32 now = 100;

		out = i % 2;
		KUNIT_EXPECT_FALSE(test,
				   anycast6_initiator_is_new(&pair, hash, now, out));
		tell(&pair, 4711, &now, beginnings[i / 2]);
		/* whatever is not the tag */
		KUNIT_EXPECT_TRUE(test,
				  anycast6_initiator_is_new(&pair, hash, now, out));
		KUNIT_EXPECT_TRUE(test,
				  anycast6_initiator_is_new(&pair, hash | GENMASK(33, 0),
							    now, out));
		KUNIT_EXPECT_FALSE(test,
				   anycast6_initiator_is_new(&pair, hash ^ BIT_ULL(34),
							     now, out));
		KUNIT_EXPECT_FALSE(test,
				   anycast6_initiator_is_new(&pair, hash ^ BIT_ULL(63),
							     now, out));
		KUNIT_EXPECT_FALSE(test,
				   anycast6_initiator_is_new(&pair, hash, now + 1, out));
		/* in the other place, too */
		swap(pair.slots[0], pair.slots[1]);
		KUNIT_EXPECT_TRUE(test,
				  anycast6_initiator_is_new(&pair, hash, now, out));

		anycast6_initiator_drop(&pair, 4712, now);
		KUNIT_EXPECT_TRUE(test,
				  anycast6_initiator_is_new(&pair, hash, now, out));
		anycast6_initiator_drop(&pair, 4711, now);
		KUNIT_EXPECT_FALSE(test,
				   anycast6_initiator_is_new(&pair, hash, now, out));
	}
}

/* The first answer to a question must be seen, the next question need not. */
static void first_answers_are_seen(struct kunit *test)
{
	const u64 hash = 4711ULL << 34;
	struct anycast6_initiator_pair pair = {};
	u32 now = 100;

	tell(&pair, 4711, &now, "c");
	KUNIT_EXPECT_FALSE(test, anycast6_initiator_is_new(&pair, hash, now, true));
	KUNIT_EXPECT_TRUE(test, anycast6_initiator_is_new(&pair, hash, now, false));
	swap(pair.slots[0], pair.slots[1]);
	KUNIT_EXPECT_FALSE(test, anycast6_initiator_is_new(&pair, hash, now, true));
	KUNIT_EXPECT_TRUE(test, anycast6_initiator_is_new(&pair, hash, now, false));
	tell(&pair, 4711, &now, "w");
	KUNIT_EXPECT_TRUE(test, anycast6_initiator_is_new(&pair, hash, now, true));
	KUNIT_EXPECT_TRUE(test, anycast6_initiator_is_new(&pair, hash, now, false));
}

/* Clients of anycast addresses stay when others come and go in the same place,
 * however many.
 */
static void served_notes_stay(struct kunit *test)
{
	struct anycast6_initiator_pair pair = {};
	u32 now = 1, tag;

	tell(&pair, 1, &now, "s");
	for (tag = 2; tag < 1000; tag++) {
		anycast6_initiator_came(&pair, tag, now);
		KUNIT_EXPECT_EQ(test, ANYCAST6_INITIATOR_ASKED,
				read_kind(&pair, tag, now));
		KUNIT_EXPECT_EQ(test, ANYCAST6_INITIATOR_SERVED,
				read_kind(&pair, 1, now));
		now += tag % 2;
	}
}

/* ---- which flows this node opened ---- */

/* A letter an event: this node (w)ent, a question was (r)efused, the socket (e)nded; a
 * digit lets 10^digit seconds pass.
 */
struct opening {
	const char *events;
	bool has;
};

static const struct opening openings[] = {
	{ "", false },
	{ "r", false },
	{ "w", true },
	{ "w2", true },
	{ "w3", false },
	{ "wwww3", false },
	/* what was used again is kept for longer */
	{ "w1w3", true },
	{ "w2w3w3", true },
	{ "w1w4", false },
	{ "we", false },
	{ "w1w3e", false },
	/* what comes keeps nothing alive, and moves nothing */
	{ "w2r2r", false },
	{ "wrrr0r0r1r", true },
	/* an answer keeps nothing alive either */
	{ "w1111111111rw1111111111", false },
	{ "w1rw1rw1rw1rw1rw1rw1rw1rw1rw1rw1rw1rw1rw1rw1rw1rw111", false },
	/* but what is no answer does */
	{ "w1111111111r1w1111111111", true },
	{ "wr1w3", true },
};

static void tell_opening(struct anycast6_opened_pair *pair, u32 tag, u32 *now,
			 const char *events)
{
	for (; *events; events++) {
		switch (*events) {
		case 'w':
			anycast6_opened_went(pair, tag, tag + 1, *now);
			break;
		case 'r':
			anycast6_opened_refuse(pair, tag, *now);
			break;
		case 'e':
			anycast6_opened_end(pair, tag, *now);
			break;
		default:
			*now += ANYCAST6_INITIATOR_TICKS(int_pow(10, *events - '0'));
		}
	}
}

static void flows_are_opened(struct kunit *test)
{
	int i, n;

	for (i = 0; i < ARRAY_SIZE(openings); i++) {
		for (n = 0; n < ARRAY_SIZE(begins); n++) {
			struct anycast6_opened_pair pair = {};
			u32 now = begins[n];

			tell_opening(&pair, 4711, &now, openings[i].events);
			KUNIT_EXPECT_EQ_MSG(test, openings[i].has,
					    anycast6_opened_has(&pair, 4711, now),
					    "%s", openings[i].events);
			KUNIT_EXPECT_EQ(test, openings[i].has,
					anycast6_opened_by(&pair, 4711, 4712, now));
			KUNIT_EXPECT_FALSE(test,
					   anycast6_opened_by(&pair, 4711, 4711, now));
			KUNIT_EXPECT_FALSE(test, anycast6_opened_has(&pair, 4712, now));
		}
	}
}

/* What this node's own servers and clients use again stays when others come and
 * go in the same place, however many.
 */
static void lasting_flows_stay(struct kunit *test)
{
	struct anycast6_opened_pair pair = {};
	u32 now = 1, tag;

	tell_opening(&pair, 1, &now, "w1w");
	for (tag = 2; tag < 1000; tag++) {
		anycast6_opened_went(&pair, tag, 0, now);
		KUNIT_EXPECT_TRUE(test, anycast6_opened_has(&pair, tag, now));
		KUNIT_EXPECT_TRUE(test, anycast6_opened_has(&pair, 1, now));
		now += tag % 2;
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sources),
	KUNIT_CASE(icmp_types),
	KUNIT_CASE(notes),
	KUNIT_CASE(peers_wait),
	KUNIT_CASE(answers_are_told),
	KUNIT_CASE(notes_are_new),
	KUNIT_CASE(first_answers_are_seen),
	KUNIT_CASE(served_notes_stay),
	KUNIT_CASE(flows_are_opened),
	KUNIT_CASE(lasting_flows_stay),
	{}
};

static struct kunit_suite suite = {
	.name = "anycast6_reply",
	.test_cases = cases,
};

kunit_test_suite(suite);
