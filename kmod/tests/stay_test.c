// SPDX-License-Identifier: GPL-2.0
/*
 * Which flows stay with a member that refuses a packet: every combination of
 * what is known, held against the rules one by one.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include <uapi/linux/anycast6.h>

#include "../lib/stay.c"

#define GRACE	1000

static const u8 protos[] = { IPPROTO_TCP, IPPROTO_SCTP, IPPROTO_UDP, IPPROTO_ICMPV6 };

static const u8 path_reasons[] = {
	ANYCAST6_REASON_ADMIN, ANYCAST6_REASON_LINK,
	ANYCAST6_REASON_NEIGHBOUR, ANYCAST6_REASON_ROUTE,
};

static const u8 own_reasons[] = {
	ANYCAST6_REASON_PROBE, ANYCAST6_REASON_LEASE, ANYCAST6_REASON_SERVICE,
	ANYCAST6_REASON_JOIN, ANYCAST6_REASON_ADDRESS,
};

/* An established connection whose path fails while its member is up. */
static struct anycast6_stay_facts blink(void)
{
	return (struct anycast6_stay_facts) {
		.grace = GRACE,
		.flow_state = ANYCAST6_FLOW_STATE_ESTABLISHED,
		.proto = IPPROTO_TCP,
		.remote = true,
		.used = true,
		.state = ANYCAST6_STATE_UP,
		.refusal = ANYCAST6_VERDICT_DOWN,
	};
}

static void failed_lookup_moves_no_connection(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();

	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
	facts.state = ANYCAST6_STATE_DRAINING;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
	facts.flow_state = ANYCAST6_FLOW_STATE_CLOSING;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
	facts.proto = IPPROTO_SCTP;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
	/* a datagram goes elsewhere, its flow does not */
	facts.proto = IPPROTO_UDP;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_DETOURS);
	/* an administrator who wants no grace */
	facts.proto = IPPROTO_TCP;
	facts.grace = 0;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_MOVES);
}

static void settled_path_moves_after_the_grace(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();
	unsigned int i;

	facts.state = ANYCAST6_STATE_DOWN;
	for (i = 0; i < ARRAY_SIZE(path_reasons); i++) {
		facts.reason = path_reasons[i];
		facts.gone = GRACE - 1;
		KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
		facts.gone = GRACE;
		KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_MOVES);
	}
	/* datagrams have nothing to wait for, but come back */
	facts.proto = IPPROTO_UDP;
	facts.gone = GRACE - 1;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_DETOURS);
	facts.gone = GRACE;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_MOVES);
}

static void own_failure_moves_at_once(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();
	unsigned int i;

	facts.state = ANYCAST6_STATE_DOWN;
	for (i = 0; i < ARRAY_SIZE(own_reasons); i++) {
		facts.reason = own_reasons[i];
		KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_MOVES);
	}
}

/* Flows that a member has only just taken over wait for its first answer. */
static void member_that_was_never_up_keeps_its_flows(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();
	unsigned int i;

	facts.used = false;
	facts.state = ANYCAST6_STATE_DOWN;
	for (i = 0; i < ARRAY_SIZE(own_reasons); i++) {
		facts.reason = own_reasons[i];
		facts.gone = GRACE - 1;
		KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
		facts.gone = GRACE;
		KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_MOVES);
	}
}

static void hold_keeps_flows(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();

	facts.state = ANYCAST6_STATE_DOWN;
	facts.reason = ANYCAST6_REASON_HOLD;
	facts.reaches = true;
	/* however long it is on hold */
	facts.gone = 10 * GRACE;
	facts.waited = 10 * GRACE;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_GOES_ON);
	facts.proto = IPPROTO_UDP;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_GOES_ON);
}

/* What is on hold may lose its path like any other member. */
static void hold_without_a_path(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();

	facts.state = ANYCAST6_STATE_DOWN;
	facts.reason = ANYCAST6_REASON_HOLD;
	facts.gone = 10 * GRACE;
	facts.waited = GRACE - 1;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
	facts.proto = IPPROTO_UDP;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_DETOURS);
	facts.waited = GRACE;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_MOVES);
}

/* Rules may forbid the way while the member is up, and its state says nothing. A
 * path that fails again and again, and comes back, is not that.
 */
static void denied_way_moves_after_the_grace(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();

	facts.gone = 10 * GRACE;
	facts.waited = 10 * GRACE;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
	facts.denied = true;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_MOVES);
	facts.waited = GRACE - 1;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
	facts.refusal = ANYCAST6_VERDICT_FORWARDING;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
	facts.waited = GRACE;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_MOVES);
	/* who forges packets from where the member is moves nothing, ever */
	facts.refusal = ANYCAST6_VERDICT_LOOP;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
}

/* A flow that meets one gap after the other waits for longer than the grace, and no
 * gap is longer than that.
 */
static void many_gaps_move_no_flow(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();
	unsigned int i;

	facts.state = ANYCAST6_STATE_DOWN;
	facts.gone = GRACE - 1;
	facts.waited = 100 * GRACE;
	for (i = 0; i < ARRAY_SIZE(path_reasons); i++) {
		facts.reason = path_reasons[i];
		facts.proto = IPPROTO_TCP;
		KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
		facts.proto = IPPROTO_UDP;
		KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_DETOURS);
	}
}

/* The member comes up between two looks: at its state, and at the reason. */
static void member_that_comes_up_keeps_its_flows(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();

	facts.state = ANYCAST6_STATE_DOWN;
	facts.reason = 0;
	facts.gone = GRACE - 1;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
	/* for how long it was down does not count any more */
	facts.gone = 100 * GRACE;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
}

/* Whatever else is known: a packet from the member's own gateway moves nothing
 * that is established, and new flows never wait.
 */
static void all_combinations(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();
	enum anycast6_stay stay;
	unsigned int p, s, f, r;

	for (p = 0; p < ARRAY_SIZE(protos); p++)
		for (s = ANYCAST6_STATE_DOWN; s <= ANYCAST6_STATE_DRAINING; s++)
			for (f = ANYCAST6_FLOW_STATE_NEW; f <= ANYCAST6_FLOW_STATE_CLOSED; f++)
				for (r = 0; r < ARRAY_SIZE(path_reasons); r++) {
					bool kept = f == ANYCAST6_FLOW_STATE_ESTABLISHED ||
						    f == ANYCAST6_FLOW_STATE_CLOSING;

					facts.proto = protos[p];
					facts.state = s;
					facts.flow_state = f;
					facts.reason = path_reasons[r];
					facts.refusal = ANYCAST6_VERDICT_LOOP;
					stay = anycast6_stay_decide(&facts);
					KUNIT_EXPECT_EQ(test, stay,
							!kept ? ANYCAST6_STAY_MOVES :
							p < 2 ? ANYCAST6_STAY_WAITS :
								ANYCAST6_STAY_DETOURS);
					facts.refusal = ANYCAST6_VERDICT_DOWN;
					stay = anycast6_stay_decide(&facts);
					if (!kept)
						KUNIT_EXPECT_EQ(test, stay, ANYCAST6_STAY_MOVES);
					/* a local one refuses only what nobody listens for */
					facts.remote = false;
					facts.refusal = ANYCAST6_VERDICT_DOWN;
					stay = anycast6_stay_decide(&facts);
					KUNIT_EXPECT_EQ(test, stay, ANYCAST6_STAY_MOVES);
					facts.remote = true;
				}
}

/* ---- RSTs in the place of moving ---- */

/* Whether a flow that loses its member for good is answered, by what is known of the
 * segment. One that is near is, unless it opens something; of others the sender is
 * not believed, unless nobody knows what is near.
 */
static enum anycast6_stay expect_end(const struct anycast6_stay_facts *facts)
{
	if (!facts->resets)
		return ANYCAST6_STAY_MOVES;
	if (facts->opens)
		return ANYCAST6_STAY_MOVES;
	if (facts->near)
		return ANYCAST6_STAY_RESETS;
	if (facts->witnessed && facts->waited < ANYCAST6_STAY_DOUBT)
		return ANYCAST6_STAY_WAITS;
	return ANYCAST6_STAY_MOVES;
}

static void set_segment(struct anycast6_stay_facts *facts, unsigned int bits)
{
	facts->resets = bits & 1;
	facts->opens = bits & 2;
	facts->near = bits & 4;
	facts->witnessed = bits & 8;
}

/* What would move is answered instead, and nothing else, whatever is known of the
 * segment. What is new, or local, has lost nothing.
 */
static void hold_against_plain(struct kunit *test, struct anycast6_stay_facts *facts)
{
	bool kept = facts->flow_state == ANYCAST6_FLOW_STATE_ESTABLISHED ||
		    facts->flow_state == ANYCAST6_FLOW_STATE_CLOSING;
	enum anycast6_stay plain, wanted;
	unsigned int bits;

	set_segment(facts, 0);
	plain = anycast6_stay_decide(facts);
	for (bits = 0; bits < 16; bits++) {
		set_segment(facts, bits);
		wanted = plain;
		if (plain == ANYCAST6_STAY_MOVES && kept && facts->remote)
			wanted = expect_end(facts);
		KUNIT_ASSERT_EQ(test, anycast6_stay_decide(facts), wanted);
	}
}

/* All flows of one member that refuses a packet, and how it does so. */
static void answer_flows(struct kunit *test, struct anycast6_stay_facts *facts)
{
	static const u8 refusals[] = {
		ANYCAST6_VERDICT_DOWN, ANYCAST6_VERDICT_LOOP, ANYCAST6_VERDICT_FORWARDING,
	};
	unsigned int flow, refusal, way;

	for (flow = ANYCAST6_FLOW_STATE_NEW; flow <= ANYCAST6_FLOW_STATE_CLOSED; flow++)
		for (refusal = 0; refusal < ARRAY_SIZE(refusals); refusal++)
			for (way = 0; way < 16; way++) {
				facts->flow_state = flow;
				facts->refusal = refusals[refusal];
				facts->remote = way & 1;
				facts->denied = way & 2;
				facts->waited = way & 4 ? ANYCAST6_STAY_DOUBT : 0;
				facts->gone = facts->waited;
				facts->reaches = way & 8;
				hold_against_plain(test, facts);
			}
}

static void answers_what_would_move(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();
	unsigned int state, reason;

	for (state = ANYCAST6_STATE_DOWN; state <= ANYCAST6_STATE_DRAINING; state++)
		for (reason = 0; reason <= ANYCAST6_REASON_HOLD; reason++) {
			facts.state = state;
			facts.reason = reason;
			answer_flows(test, &facts);
		}
}

/* Of the ways to lose a member each is answered. */
static void answers_each_loss(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();
	unsigned int i;

	facts.resets = true;
	facts.near = true;
	facts.witnessed = true;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
	facts.grace = 0;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_RESETS);
	facts.grace = GRACE;
	facts.state = ANYCAST6_STATE_DOWN;
	for (i = 0; i < ARRAY_SIZE(own_reasons); i++) {
		facts.reason = own_reasons[i];
		KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_RESETS);
	}
	for (i = 0; i < ARRAY_SIZE(path_reasons); i++) {
		facts.reason = path_reasons[i];
		facts.gone = GRACE - 1;
		KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
		facts.gone = GRACE;
		KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_RESETS);
	}
}

/* A flow table had the upload of a client, so nothing of it is near any more. */
static void doubt_ends(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();

	facts.state = ANYCAST6_STATE_DOWN;
	facts.reason = ANYCAST6_REASON_LEASE;
	facts.resets = true;
	facts.witnessed = true;
	facts.waited = ANYCAST6_STAY_DOUBT - 1;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_WAITS);
	facts.waited = ANYCAST6_STAY_DOUBT;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_MOVES);
	facts.near = true;
	KUNIT_EXPECT_EQ(test, anycast6_stay_decide(&facts), ANYCAST6_STAY_RESETS);
}

/* How long is left: all of the grace until the way has been gone for a while, and
 * nothing exactly when the flow moves.
 */
static void left_ends_with_the_grace(struct kunit *test)
{
	struct anycast6_stay_facts facts = blink();
	u32 gone, waited;

	KUNIT_EXPECT_EQ(test, anycast6_stay_left(&facts), (u32)GRACE);
	facts.state = ANYCAST6_STATE_DOWN;
	facts.reason = ANYCAST6_REASON_LINK;
	for (gone = 0; gone <= 2 * GRACE; gone += GRACE / 8)
		for (waited = 0; waited <= 2 * GRACE; waited += GRACE / 8) {
			facts.gone = gone;
			facts.waited = waited;
			KUNIT_EXPECT_EQ(test, anycast6_stay_left(&facts),
					gone < GRACE ? GRACE - gone : 0);
			KUNIT_EXPECT_EQ(test, anycast6_stay_left(&facts) == 0,
					anycast6_stay_decide(&facts) == ANYCAST6_STAY_MOVES);
		}
	facts.grace = 0;
	KUNIT_EXPECT_EQ(test, anycast6_stay_left(&facts), 0u);
}

/* A packet to an address that is being configured. */
static void unclaimed_combinations(struct kunit *test)
{
	static const u32 ages[] = { 0, GRACE - 1, GRACE, GRACE + 1 };
	struct anycast6_claim_facts facts = { .grace = GRACE };
	enum anycast6_stay wanted;
	unsigned int a, p, f, bits;

	for (a = 0; a < ARRAY_SIZE(ages); a++)
		for (p = 0; p < ARRAY_SIZE(protos); p++)
			for (f = ANYCAST6_FLOW_STATE_NEW; f <= ANYCAST6_FLOW_STATE_CLOSED; f++)
				for (bits = 0; bits < 4; bits++) {
					bool kept = f == ANYCAST6_FLOW_STATE_ESTABLISHED ||
						    f == ANYCAST6_FLOW_STATE_CLOSING;

					facts.age = ages[a];
					facts.proto = protos[p];
					facts.flow_state = f;
					facts.known = bits & 1;
					facts.goes_on = bits & 2;
					wanted = ANYCAST6_STAY_MOVES;
					if (a < 2 && facts.known && kept)
						wanted = p < 2 ? ANYCAST6_STAY_WAITS :
								 ANYCAST6_STAY_DETOURS;
					/* what SCTP begins with is not told from the rest */
					if (a < 2 && !facts.known && facts.goes_on && !p)
						wanted = ANYCAST6_STAY_WAITS;
					KUNIT_EXPECT_EQ(test, anycast6_stay_unclaimed(&facts),
							wanted);
				}
	/* an administrator who wants no grace */
	facts = (struct anycast6_claim_facts) {
		.proto = IPPROTO_TCP,
		.goes_on = true,
	};
	KUNIT_EXPECT_EQ(test, anycast6_stay_unclaimed(&facts), ANYCAST6_STAY_MOVES);
}

static struct kunit_case stay_cases[] = {
	KUNIT_CASE(failed_lookup_moves_no_connection),
	KUNIT_CASE(settled_path_moves_after_the_grace),
	KUNIT_CASE(own_failure_moves_at_once),
	KUNIT_CASE(member_that_was_never_up_keeps_its_flows),
	KUNIT_CASE(hold_keeps_flows),
	KUNIT_CASE(hold_without_a_path),
	KUNIT_CASE(denied_way_moves_after_the_grace),
	KUNIT_CASE(many_gaps_move_no_flow),
	KUNIT_CASE(member_that_comes_up_keeps_its_flows),
	KUNIT_CASE(all_combinations),
	KUNIT_CASE(answers_what_would_move),
	KUNIT_CASE(answers_each_loss),
	KUNIT_CASE(doubt_ends),
	KUNIT_CASE(left_ends_with_the_grace),
	KUNIT_CASE(unclaimed_combinations),
	{}
};

static struct kunit_suite stay_suite = {
	.name = "anycast6_stay",
	.test_cases = stay_cases,
};

kunit_test_suite(stay_suite);
