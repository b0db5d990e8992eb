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

/* Near the end of all sequence numbers, so that they wrap. */
#define ISN	0xfffffff0u
/* What a forger guesses, who does not see the connection. */
#define BLIND	0x7fffffffu

/* A segment: flags, the sequence number less the ISN, the length of its data. */
struct step {
	u8 flags;
	u32 seq;
	u32 len;
};

struct story {
	const char *name;
	struct step steps[7];
	int n;
	u8 state;
	u8 trust;
};

static bool take_step(struct anycast6_track *track, const struct step *step)
{
	const struct anycast6_segment segment = {
		.seq = ISN + step->seq,
		.end = ISN + step->seq + step->len + !!(step->flags & S) + !!(step->flags & F),
		.flags = step->flags,
	};

	return anycast6_track_segment(track, &segment);
}

static void first_step(struct anycast6_track *track, const struct step *step)
{
	const struct anycast6_segment segment = {
		.seq = ISN + step->seq,
		.end = ISN + step->seq + step->len + !!(step->flags & S),
		.flags = step->flags,
	};

	anycast6_track_begin(track, &segment);
}

#define WITNESSED	ANYCAST6_TRUST_WITNESSED
#define UNSURE		ANYCAST6_TRUST_BLIND
#define PICKED		ANYCAST6_TRUST_PICKED

/* What the client sends, and a forger; the member's answers go another way. */
static const struct story stories[] = {
	{ "a SYN", { { S, 0 } }, 1, NEW, WITNESSED },
	{ "a SYN, sent again",
	  { { S, 0 }, { S, 0 }, { S, 0 } }, 3, NEW, WITNESSED },
	{ "a connection",
	  { { S, 0 }, { A, 1 }, { A, 1, 100 } }, 3, ESTABLISHED, WITNESSED },
	{ "one with data in its SYN, which is sent again",
	  { { S, 0, 50 }, { A, 1 }, { A, 1, 50 } }, 3,
	  ESTABLISHED, WITNESSED },
	{ "one whose SYN is sent again without its data",
	  { { S, 0, 50 }, { S, 0 }, { A, 1 }, { A, 1, 100 }, { R, 101 } }, 5,
	  CLOSED, WITNESSED },
	{ "another SYN before there is a connection",
	  { { S, 0 }, { S, 5000 }, { A, 5001 } }, 3,
	  ESTABLISHED, UNSURE },
	{ "a SYN after a stranger's segment",
	  { { A, BLIND }, { S, 0 }, { A, 1 } }, 3, ESTABLISHED, WITNESSED },
	{ "a stranger's segment after a SYN",
	  { { S, 0 }, { A, BLIND }, { A, 1 } }, 3, ESTABLISHED, UNSURE },
	{ "a stranger's SYN into one that began elsewhere",
	  { { S, BLIND }, { A, 700, 10 }, { A, 710, 10 } }, 3,
	  ESTABLISHED, UNSURE },
	{ "another connection where one was picked up",
	  { { A, BLIND, 10 }, { A, BLIND + 10, 10 }, { S, 0 }, { A, 1 } }, 4,
	  ESTABLISHED, UNSURE },
	{ "one that began elsewhere", { { A, 700, 10 } }, 1, NEW, PICKED },
	{ "the same, going on",
	  { { A, 700, 10 }, { A, 710, 10 } }, 2, ESTABLISHED, PICKED },
	{ "two segments that do not belong together",
	  { { A, 700, 10 }, { A, BLIND, 10 } }, 2, NEW, PICKED },
	{ "its end", { { S, 0 }, { A, 1 }, { A | F, 1 } }, 3, CLOSING, WITNESSED },
	{ "an end with data",
	  { { S, 0 }, { A, 1 }, { A | F, 1, 100 } }, 3, CLOSING, WITNESSED },
	{ "an end that is sent again",
	  { { S, 0 }, { A, 1 }, { A | F, 1 }, { A | F, 1 } }, 4, CLOSING, WITNESSED },
	{ "the last ACKs after the end",
	  { { S, 0 }, { A, 1 }, { A | F, 1 }, { A, 2 }, { A, 2 } }, 5,
	  CLOSING, WITNESSED },
	{ "data beyond an end that was none",
	  { { S, 0 }, { A, 1 }, { A | F, 1 }, { A, 1, 100 } }, 4,
	  ESTABLISHED, WITNESSED },
	{ "a reset", { { S, 0 }, { A, 1 }, { R, 1 } }, 3, CLOSED, WITNESSED },
	{ "a reset of what never was",
	  { { S, 0 }, { R | A, 1 } }, 2, CLOSED, WITNESSED },
	{ "data goes on after a reset",
	  { { S, 0 }, { A, 1 }, { R, 1 }, { A, 1, 10 } }, 4, ESTABLISHED, WITNESSED },
	{ "a forged reset",
	  { { S, 0 }, { A, 1 }, { R, BLIND } }, 3, ESTABLISHED, WITNESSED },
	{ "a forged reset of the last byte",
	  { { S, 0 }, { A, 1, 100 }, { R, 100 } }, 3, ESTABLISHED, WITNESSED },
	{ "a forged end",
	  { { S, 0 }, { A, 1 }, { F, BLIND }, { F | A, BLIND } }, 4, ESTABLISHED, UNSURE },
	{ "a forged SYN",
	  { { S, 0 }, { A, 1 }, { S, BLIND }, { S, BLIND } }, 4, ESTABLISHED, WITNESSED },
	{ "a forged SYN that goes on",
	  { { S, 0 }, { A, 1 }, { S, BLIND }, { A, BLIND + 1 } }, 4,
	  ESTABLISHED, UNSURE },
	{ "and then resets",
	  { { S, 0 }, { A, 1 }, { S, BLIND }, { A, BLIND + 1 }, { R, BLIND + 1 }, { S, 9 } }, 6,
	  ESTABLISHED, UNSURE },
	{ "data far ahead, then its reset",
	  { { S, 0 }, { A, 1 }, { A, BLIND, 10 }, { R, BLIND + 10 } }, 4,
	  ESTABLISHED, UNSURE },
	{ "a forged SYN, and the client goes on, and then what the SYN began",
	  { { S, 0 }, { A, 1 }, { S, BLIND }, { A, 1, 9 }, { A, BLIND + 1 }, { R, BLIND + 1 } }, 6,
	  ESTABLISHED, UNSURE },
	{ "a reset of what was picked up",
	  { { A, 700, 10 }, { A, 710, 10 }, { R, 720 } }, 3, ESTABLISHED, PICKED },
};

static void tcp_stories(struct kunit *test)
{
	int i, n;

	for (i = 0; i < ARRAY_SIZE(stories); i++) {
		const struct story *story = &stories[i];
		struct anycast6_track track;

		first_step(&track, &story->steps[0]);
		for (n = 1; n < story->n; n++)
			take_step(&track, &story->steps[n]);
		KUNIT_EXPECT_EQ_MSG(test, track.state, story->state, "%s", story->name);
		KUNIT_EXPECT_EQ_MSG(test, track.trust, story->trust, "%s", story->name);
	}
}

static void only_the_reset_begin_anew(struct kunit *test)
{
	static const struct step established[] = { { S, 0 }, { A, 1 } };
	struct anycast6_track track;

	first_step(&track, &established[0]);
	take_step(&track, &established[1]);
	/* the member has the say, as long as the connection is there, or has ended in order */
	KUNIT_EXPECT_FALSE(test, take_step(&track, &(struct step) { S, 777777 }));
	take_step(&track, &(struct step) { F | A, 1 });
	KUNIT_EXPECT_EQ(test, track.state, CLOSING);
	KUNIT_EXPECT_FALSE(test, take_step(&track, &(struct step) { S, 888888 }));
	take_step(&track, &(struct step) { R, 2 });
	KUNIT_EXPECT_EQ(test, track.state, CLOSED);
	KUNIT_EXPECT_TRUE(test, take_step(&track, &(struct step) { S, 999999 }));
	KUNIT_EXPECT_EQ(test, track.state, NEW);
	KUNIT_EXPECT_FALSE(test, take_step(&track, &(struct step) { A, 1000000 }));
	KUNIT_EXPECT_EQ(test, track.state, ESTABLISHED);
	KUNIT_EXPECT_EQ(test, track.trust, WITNESSED);
}

/* A client that has its port again soon is still heard by who has the old connection;
 * later, whoever is nearest gets it.
 */
static void closing_rests_and_begins_anew(struct kunit *test)
{
	struct anycast6_track track, rests;

	first_step(&track, &(struct step) { S, 0 });
	take_step(&track, &(struct step) { A, 1 });
	rests = track;
	rests.rests = true;
	KUNIT_EXPECT_FALSE(test, take_step(&rests, &(struct step) { S, 777777 }));
	take_step(&track, &(struct step) { F | A, 1 });
	rests = track;
	KUNIT_EXPECT_FALSE(test, take_step(&track, &(struct step) { S, 777777 }));
	rests.rests = true;
	KUNIT_EXPECT_TRUE(test, take_step(&rests, &(struct step) { S, 777777 }));
	KUNIT_EXPECT_EQ(test, rests.state, NEW);
	KUNIT_EXPECT_EQ(test, rests.trust, WITNESSED);
}

/* A SYN that does not go on is forgotten when the client goes on. */
static void syn_that_led_nowhere_is_forgotten(struct kunit *test)
{
	struct anycast6_track track;

	first_step(&track, &(struct step) { S, 0 });
	take_step(&track, &(struct step) { A, 1 });
	take_step(&track, &(struct step) { S, BLIND });
	KUNIT_EXPECT_TRUE(test, track.tries);
	take_step(&track, &(struct step) { A, 1 });
	KUNIT_EXPECT_TRUE(test, track.tries);
	take_step(&track, &(struct step) { A, 1, 10 });
	KUNIT_EXPECT_FALSE(test, track.tries);
	KUNIT_EXPECT_EQ(test, track.trust, WITNESSED);
}

/* A connection that another router has seen last. */
static void load_track(struct anycast6_track *track, bool resumes)
{
	first_step(track, &(struct step) { S, 0 });
	take_step(track, &(struct step) { A, 1, 100 });
	track->resumes = resumes;
}

/* It has gone on since that router told of it, however far: its end counts here. */
static void taken_over_goes_on(struct kunit *test)
{
	static const u32 distances[] = {
		102, ANYCAST6_TRACK_WINDOW + 200, BLIND, U32_MAX - ANYCAST6_TRACK_BEHIND - 2000,
	};
	struct anycast6_track track;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(distances); i++) {
		u32 seq = distances[i];

		load_track(&track, true);
		take_step(&track, &(struct step) { A, seq, 1000 });
		KUNIT_EXPECT_EQ(test, track.trust, WITNESSED);
		KUNIT_EXPECT_EQ(test, track.next, ISN + seq + 1000);
		/* from then on it is as any other */
		track.resumes = false;
		take_step(&track, &(struct step) { F | A, seq + 1000 });
		KUNIT_EXPECT_EQ(test, track.state, CLOSING);
		take_step(&track, &(struct step) { A, seq + BLIND });
		KUNIT_EXPECT_EQ(test, track.trust, UNSURE);
	}
	/* an ACK without data says so, too */
	load_track(&track, true);
	take_step(&track, &(struct step) { A, BLIND });
	KUNIT_EXPECT_EQ(test, track.trust, WITNESSED);
	KUNIT_EXPECT_EQ(test, track.next, ISN + BLIND);
}

/* What would end it there is not believed, nor anything if it was silent for long. */
static void taken_over_is_not_ended(struct kunit *test)
{
	struct anycast6_track track;

	load_track(&track, true);
	take_step(&track, &(struct step) { F | A, BLIND });
	KUNIT_EXPECT_EQ(test, track.state, ESTABLISHED);
	KUNIT_EXPECT_EQ(test, track.trust, UNSURE);
	load_track(&track, true);
	take_step(&track, &(struct step) { R, BLIND });
	KUNIT_EXPECT_EQ(test, track.state, ESTABLISHED);
	take_step(&track, &(struct step) { S, BLIND });
	KUNIT_EXPECT_EQ(test, track.state, ESTABLISHED);
	KUNIT_EXPECT_EQ(test, track.next, ISN + 101);
	load_track(&track, false);
	take_step(&track, &(struct step) { A, BLIND, 10 });
	KUNIT_EXPECT_EQ(test, track.trust, UNSURE);
	/* one that was closing goes on where it was */
	load_track(&track, true);
	take_step(&track, &(struct step) { F | A, 101 });
	KUNIT_EXPECT_EQ(test, track.state, CLOSING);
	take_step(&track, &(struct step) { A, BLIND, 10 });
	KUNIT_EXPECT_EQ(test, track.trust, UNSURE);
	KUNIT_EXPECT_EQ(test, track.state, CLOSING);
}

#define DEPTH	4

/* What a forger may try: every flag, where it can only guess. */
static const struct step forgeries[] = {
	{ S, BLIND }, { A, BLIND + 1 }, { A, BLIND + 1, 100 }, { F, BLIND + 1 },
	{ F | A, BLIND + 101 }, { R, BLIND + 1 }, { R | A, BLIND + 101 }, { S | A, BLIND },
	{ R, BLIND + 2 }, { S | F, BLIND },
};

static bool forge(struct kunit *test, const struct anycast6_track *before, unsigned int depth)
{
	struct anycast6_track track;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(forgeries); i++) {
		track = *before;
		if (take_step(&track, &forgeries[i]) ||
		    anycast6_track_timeout(IPPROTO_TCP, track.state, track.trust) <
		    anycast6_track_timeout(IPPROTO_TCP, before->state, before->trust))
			return false;
		if (depth && !forge(test, &track, depth - 1))
			return false;
	}
	return true;
}

/* No series of forged segments begins a connection anew, or makes it be forgotten
 * earlier, whether it goes on or its client has sent its end.
 */
static void no_forgery_harms(struct kunit *test)
{
	struct anycast6_track track;

	first_step(&track, &(struct step) { S, 0 });
	take_step(&track, &(struct step) { A, 1 });
	KUNIT_EXPECT_TRUE(test, forge(test, &track, DEPTH - 1));
	take_step(&track, &(struct step) { F | A, 1 });
	KUNIT_EXPECT_EQ(test, track.state, CLOSING);
	KUNIT_EXPECT_TRUE(test, forge(test, &track, DEPTH - 1));
	/* while there is a handshake only */
	first_step(&track, &(struct step) { S, 0 });
	KUNIT_EXPECT_TRUE(test, forge(test, &track, DEPTH - 1));
}

/* What a client sends on a whole connection, and on one that is first seen in its
 * midst; each with its end.
 */
static const struct step whole[] = {
	{ S, 0 }, { A, 1 }, { A, 1, 100 }, { A, 101, 100 }, { F | A, 201 },
};

static const struct step from_its_midst[] = {
	{ A, 1, 100 }, { A, 101, 100 }, { A, 201, 100 }, { A, 301, 100 }, { F | A, 401 },
};

/**
 * struct weave - a client's segments, and forged ones between them
 * @client: what the client sends, in order
 * @n: how many segments that are
 * @series: how many series were tried
 */
struct weave {
	const struct step *client;
	unsigned int n;
	unsigned int series;
};

static unsigned int timeout_of(const struct anycast6_track *track)
{
	return anycast6_track_timeout(IPPROTO_TCP, track->state, track->trust);
}

/* Returns whether all series that begin like this one end well: no segment gets
 * another member, a forged one makes nothing be forgotten earlier, and when two
 * segments of the client come in a row, the connection is established. Its end is
 * believed where nothing was forged. @row is how many of the client's came last.
 */
static bool weave_on(struct weave *weave, const struct anycast6_track *before,
		     unsigned int done, unsigned int forged, unsigned int row)
{
	struct anycast6_track track;
	unsigned int i;

	for (i = 0; forged && i < ARRAY_SIZE(forgeries); i++) {
		track = *before;
		if (take_step(&track, &forgeries[i]) ||
		    timeout_of(&track) < timeout_of(before) ||
		    !weave_on(weave, &track, done, forged - 1, 0))
			return false;
	}
	if (done == weave->n) {
		weave->series++;
		return true;
	}
	track = *before;
	if (take_step(&track, &weave->client[done++]))
		return false;
	if (row && done < weave->n && track.state != ESTABLISHED)
		return false;
	if (done == weave->n && track.trust == WITNESSED && track.state != CLOSING)
		return false;
	return weave_on(weave, &track, done, forged, row + 1);
}

/* A forger's segments come before the client's, between them and after them. */
static void forgeries_between_harm_nothing(struct kunit *test)
{
	struct weave weave = { .client = whole, .n = ARRAY_SIZE(whole) };
	struct anycast6_track track;

	first_step(&track, &whole[0]);
	KUNIT_EXPECT_TRUE(test, weave_on(&weave, &track, 1, DEPTH - 1, 1));
	/* up to three forged segments of ten kinds, each in one of five places */
	KUNIT_EXPECT_EQ(test, weave.series, 1 + 5 * 10 + 15 * 100 + 35 * 1000);
	/* what is seen first of this one may be anybody's, until it goes on */
	weave = (struct weave) { .client = from_its_midst, .n = ARRAY_SIZE(from_its_midst) };
	first_step(&track, &from_its_midst[0]);
	take_step(&track, &from_its_midst[1]);
	KUNIT_EXPECT_TRUE(test, weave_on(&weave, &track, 2, DEPTH - 1, 2));
	KUNIT_EXPECT_EQ(test, weave.series, 1 + 4 * 10 + 10 * 100 + 20 * 1000);
}

/* Nor where it is not known what is near, or only part of it. */
static void forgeries_harm_no_doubtful_flow(struct kunit *test)
{
	struct anycast6_track track;

	first_step(&track, &(struct step) { A, 1, 100 });
	take_step(&track, &(struct step) { A, 101, 100 });
	KUNIT_EXPECT_EQ(test, track.trust, PICKED);
	KUNIT_EXPECT_TRUE(test, forge(test, &track, DEPTH - 1));
	load_track(&track, false);
	take_step(&track, &(struct step) { A, BLIND, 10 });
	KUNIT_EXPECT_EQ(test, track.trust, UNSURE);
	KUNIT_EXPECT_TRUE(test, forge(test, &track, DEPTH - 1));
}

/* One small segment in each window: one of them hits, and those behind it lead to
 * a sequence number that the forger knows.
 */
static void no_sweep_hits(struct kunit *test)
{
	struct anycast6_track track;
	u32 i, seq = BLIND;

	first_step(&track, &(struct step) { S, 0 });
	take_step(&track, &(struct step) { A, 1 });
	for (i = 0; i <= U32_MAX / ANYCAST6_TRACK_WINDOW + 1; i++) {
		take_step(&track, &(struct step) { A, seq });
		seq += ANYCAST6_TRACK_WINDOW;
	}
	seq -= ANYCAST6_TRACK_WINDOW;
	/* the last one hits for sure, so that this tests what it says */
	KUNIT_EXPECT_EQ(test, track.next, ISN + seq);
	take_step(&track, &(struct step) { R, seq });
	KUNIT_EXPECT_FALSE(test, take_step(&track, &(struct step) { S, BLIND }));
	KUNIT_EXPECT_EQ(test, track.state, ESTABLISHED);
}

static void others_are_counted(struct kunit *test)
{
	static const u8 protos[] = {
		IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_SCTP, IPPROTO_ICMPV6,
		ANYCAST6_TRACK_SOURCE,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		u8 proto = protos[i];

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

static void every_state_ends(struct kunit *test)
{
	unsigned int fresh, established;
	int proto, state;

	for (proto = 0; proto < 256; proto++) {
		for (state = NEW; state <= CLOSED; state++)
			KUNIT_EXPECT_GE(test, anycast6_track_timeout(proto, state, WITNESSED), 10);
		fresh = anycast6_track_timeout(proto, NEW, WITNESSED);
		established = anycast6_track_timeout(proto, ESTABLISHED, WITNESSED);
		KUNIT_EXPECT_LE(test, fresh, established);
		KUNIT_EXPECT_LE(test, anycast6_track_timeout(proto, CLOSED, WITNESSED),
				established);
	}
	/* in its midst first: minutes */
	KUNIT_EXPECT_GE(test, anycast6_track_timeout(IPPROTO_TCP, ESTABLISHED, PICKED), 300);
	KUNIT_EXPECT_LE(test, anycast6_track_timeout(IPPROTO_TCP, ESTABLISHED, PICKED), 1800);
	/* RFC 5382 section 5, RFC 4787 section 4.3 */
	KUNIT_EXPECT_GE(test, anycast6_track_timeout(IPPROTO_TCP, ESTABLISHED, WITNESSED),
			7440);
	KUNIT_EXPECT_GE(test, anycast6_track_timeout(IPPROTO_UDP, ESTABLISHED, WITNESSED),
			120);
	/* a source outlives its datagrams */
	KUNIT_EXPECT_GE(test, anycast6_track_timeout(ANYCAST6_TRACK_SOURCE, ESTABLISHED, WITNESSED),
			anycast6_track_timeout(IPPROTO_UDP, ESTABLISHED, WITNESSED));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(tcp_stories),
	KUNIT_CASE(taken_over_goes_on),
	KUNIT_CASE(taken_over_is_not_ended),
	KUNIT_CASE(others_are_counted),
	KUNIT_CASE(ends_are_not_remembered),
	KUNIT_CASE(only_the_reset_begin_anew),
	KUNIT_CASE(closing_rests_and_begins_anew),
	KUNIT_CASE(syn_that_led_nowhere_is_forgotten),
	KUNIT_CASE(no_forgery_harms),
	KUNIT_CASE(forgeries_between_harm_nothing),
	KUNIT_CASE(forgeries_harm_no_doubtful_flow),
	KUNIT_CASE(no_sweep_hits),
	KUNIT_CASE(every_state_ends),
	{}
};

static struct kunit_suite suite = {
	.name = "anycast6_track",
	.test_cases = cases,
};

kunit_test_suite(suite);
