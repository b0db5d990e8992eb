// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: how far flows are by track.c, told as the packets of whole
 * connections, and how long each is remembered.
 */
#include <kunit/test.h>

#include "../lib/track.c"

#define S	ANYCAST6_TRACK_SYN
#define A	ANYCAST6_TRACK_ACK
#define F	ANYCAST6_TRACK_FIN
#define R	ANYCAST6_TRACK_RST

#define NEW		ANYCAST6_FLOW_STATE_NEW
#define ESTABLISHED	ANYCAST6_FLOW_STATE_ESTABLISHED
#define CLOSING		ANYCAST6_FLOW_STATE_CLOSING
#define CLOSED		ANYCAST6_FLOW_STATE_CLOSED

struct story {
	const char *name;
	u8 flags[6];
	int packets;
	u8 state;
};

/* What the client sends; the member's answers go another way. */
static const struct story stories[] = {
	{ "a SYN", { S }, 1, NEW },
	{ "a SYN, sent again", { S, S, S }, 3, NEW },
	{ "a connection", { S, A, A }, 3, ESTABLISHED },
	{ "one that began elsewhere", { A }, 1, NEW },
	{ "the same, going on", { A, A }, 2, ESTABLISHED },
	{ "its end", { S, A, A | F }, 3, CLOSING },
	{ "the last ACKs after the end", { S, A, A | F, A, A }, 5, CLOSING },
	{ "a reset", { S, A, R }, 3, CLOSED },
	{ "a forged reset: the client goes on", { S, A, R, A }, 4, ESTABLISHED },
	{ "a forged SYN", { S, A, S, S }, 4, ESTABLISHED },
	{ "a reset that acknowledges", { S, R | A }, 2, CLOSED },
};

static void tcp_stories(struct kunit *test)
{
	int i, n;

	for (i = 0; i < ARRAY_SIZE(stories); i++) {
		const struct story *story = &stories[i];
		u8 state = NEW;

		for (n = 1; n < story->packets; n++)
			state = anycast6_track_next(state, IPPROTO_TCP,
						    story->flags[n]);
		KUNIT_EXPECT_EQ_MSG(test, state, story->state, "%s",
				    story->name);
	}
}

static void others_are_counted(struct kunit *test)
{
	static const u8 protos[] = {
		IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_SCTP, IPPROTO_ICMPV6,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		u8 proto = protos[i];

		KUNIT_EXPECT_EQ(test, anycast6_track_next(NEW, proto, 0),
				ESTABLISHED);
		KUNIT_EXPECT_FALSE(test, anycast6_track_restarts(CLOSED, proto,
								 S));
		KUNIT_EXPECT_TRUE(test, anycast6_track_pins(proto, 0));
	}
	KUNIT_EXPECT_FALSE(test, anycast6_track_pins(IPPROTO_GRE, 0));
	KUNIT_EXPECT_FALSE(test, anycast6_track_pins(IPPROTO_NONE, 0));
}

static void ends_are_not_remembered(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, anycast6_track_pins(IPPROTO_TCP, S));
	KUNIT_EXPECT_TRUE(test, anycast6_track_pins(IPPROTO_TCP, A));
	KUNIT_EXPECT_FALSE(test, anycast6_track_pins(IPPROTO_TCP, F | A));
	KUNIT_EXPECT_FALSE(test, anycast6_track_pins(IPPROTO_TCP, R));
}

static void only_the_ended_begin_anew(struct kunit *test)
{
	u8 state;
	int flags;

	for (state = NEW; state <= CLOSED; state++)
		for (flags = 0; flags < 256; flags++)
			KUNIT_EXPECT_EQ_MSG(test,
					    anycast6_track_restarts(state, IPPROTO_TCP, flags),
					    (state == CLOSING || state == CLOSED) &&
					    flags & S && !(flags & R),
					    "state %d flags %x", state, flags);
}

static void every_state_ends(struct kunit *test)
{
	unsigned int fresh, established;
	int proto, state;

	for (proto = 0; proto < 256; proto++) {
		for (state = NEW; state <= CLOSED; state++)
			KUNIT_EXPECT_GE(test, anycast6_track_timeout(proto, state), 10);
		fresh = anycast6_track_timeout(proto, NEW);
		established = anycast6_track_timeout(proto, ESTABLISHED);
		KUNIT_EXPECT_LE(test, fresh, established);
		KUNIT_EXPECT_LE(test, anycast6_track_timeout(proto, CLOSED),
				established);
	}
	/* RFC 5382 section 5, RFC 4787 section 4.3 */
	KUNIT_EXPECT_GE(test, anycast6_track_timeout(IPPROTO_TCP, ESTABLISHED),
			7440);
	KUNIT_EXPECT_GE(test, anycast6_track_timeout(IPPROTO_UDP, ESTABLISHED),
			120);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(tcp_stories),
	KUNIT_CASE(others_are_counted),
	KUNIT_CASE(ends_are_not_remembered),
	KUNIT_CASE(only_the_ended_begin_anew),
	KUNIT_CASE(every_state_ends),
	{}
};

static struct kunit_suite suite = {
	.name = "anycast6_track",
	.test_cases = cases,
};

kunit_test_suite(suite);
