// SPDX-License-Identifier: GPL-2.0
/*
 * Which flow gives way to another one: every combination of what is known of one,
 * and every pair of them, held against the rules one by one.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/sort.h>

#include <uapi/linux/anycast6.h>

#include "../lib/evict.c"

static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_ICMPV6 };
static const u32 idles[] = {
	0, BEGUN_IDLE - 1, BEGUN_IDLE, LASTING_IDLE - 1, LASTING_IDLE, U32_MAX,
};

#define STATES	(ANYCAST6_FLOW_STATE_CLOSED - ANYCAST6_FLOW_STATE_NEW + 1)
#define TRUSTS	(ANYCAST6_TRUST_PICKED + 1)
/* over, again, proven and above */
#define FLAGS	16
/* with a member, or unclaimed */
#define CLAIMS	2
#define COMBINATIONS	(ARRAY_SIZE(protos) * ARRAY_SIZE(idles) * STATES * TRUSTS * FLAGS * CLAIMS)
/* those of TCP and UDP that have a member: enough to be compared with each other */
#define COMPARED	(COMBINATIONS / CLAIMS / 2)

/* The @i'th combination of what may be known of a flow. */
static struct anycast6_evict_facts combination(unsigned int i)
{
	struct anycast6_evict_facts facts = {
		.over = i & 1,
		.again = i & 2,
		.proven = i & 4,
		.above = i & 8,
	};

	i /= FLAGS;
	facts.trust = i % TRUSTS;
	i /= TRUSTS;
	facts.state = ANYCAST6_FLOW_STATE_NEW + i % STATES;
	i /= STATES;
	facts.idle = idles[i % ARRAY_SIZE(idles)];
	i /= ARRAY_SIZE(idles);
	facts.proto = protos[i % ARRAY_SIZE(protos)];
	facts.unclaimed = i / ARRAY_SIZE(protos);
	return facts;
}

/* A connection that has lasted, and is in use. */
static struct anycast6_evict_facts lasting(void)
{
	return (struct anycast6_evict_facts) {
		.state = ANYCAST6_FLOW_STATE_ESTABLISHED,
		.trust = ANYCAST6_TRUST_WITNESSED,
		.proto = IPPROTO_TCP,
		.proven = true,
	};
}

static struct anycast6_evict_facts syn(u32 idle)
{
	return (struct anycast6_evict_facts) {
		.idle = idle,
		.state = ANYCAST6_FLOW_STATE_NEW,
		.trust = ANYCAST6_TRUST_WITNESSED,
		.proto = IPPROTO_TCP,
	};
}

static void grades(struct kunit *test)
{
	struct anycast6_evict_facts facts = lasting();

	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_LASTING);
	facts.idle = LASTING_IDLE;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_IDLE);
	/* one in use whose member is gone */
	facts.idle = 0;
	facts.unclaimed = true;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_IDLE);
	facts.unclaimed = false;
	/* what has lasted, however it began */
	facts.idle = LASTING_IDLE - 1;
	facts.trust = ANYCAST6_TRUST_PICKED;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_LASTING);
	facts.proto = IPPROTO_UDP;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_LASTING);

	/* a handshake, two segments without one, two datagrams */
	facts = lasting();
	facts.proven = false;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_BEGUN);
	facts.idle = BEGUN_IDLE;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_IDLE);
	facts.idle = 0;
	facts.trust = ANYCAST6_TRUST_PICKED;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_UNPROVEN);
	facts.trust = ANYCAST6_TRUST_BLIND;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_UNPROVEN);
	facts.trust = ANYCAST6_TRUST_WITNESSED;
	facts.proto = IPPROTO_UDP;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_UNPROVEN);

	/* the end of a connection */
	facts = lasting();
	facts.state = ANYCAST6_FLOW_STATE_CLOSING;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_LASTING);
	facts.idle = BEGUN_IDLE;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_IDLE);
	facts.state = ANYCAST6_FLOW_STATE_CLOSED;
	facts.idle = 0;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_ENDED);
}

/* What was loaded had packets elsewhere that were not told of yet. */
static void loaded_is_known_late(struct kunit *test)
{
	struct anycast6_evict_facts facts = lasting();

	facts.loaded = true;
	facts.idle = LOADED_IDLE - 1;
	KUNIT_EXPECT_GT(test, facts.idle, LASTING_IDLE + ANYCAST6_TURN_ROUND * MSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_LASTING);
	facts.idle++;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_IDLE);
	/* what has not lasted is told of at once */
	facts.proven = false;
	facts.idle = BEGUN_IDLE;
	KUNIT_EXPECT_EQ(test, anycast6_evict_grade(&facts), ANYCAST6_EVICT_IDLE);
}

/* Each combination has the grade that the first rule which fits gives it. */
static void all_grades(struct kunit *test)
{
	unsigned int i, seen = 0;

	for (i = 0; i < COMBINATIONS; i++) {
		struct anycast6_evict_facts facts = combination(i);
		enum anycast6_evict_grade grade = anycast6_evict_grade(&facts);

		seen |= BIT(grade);
		if (facts.over)
			KUNIT_EXPECT_EQ(test, grade, ANYCAST6_EVICT_ENDED);
		else if (facts.state == ANYCAST6_FLOW_STATE_NEW)
			KUNIT_EXPECT_EQ(test, grade, ANYCAST6_EVICT_NEW);
		else if (facts.state == ANYCAST6_FLOW_STATE_CLOSED)
			KUNIT_EXPECT_EQ(test, grade, ANYCAST6_EVICT_ENDED);
		else if (!facts.proven && (facts.proto != IPPROTO_TCP || facts.trust))
			KUNIT_EXPECT_EQ(test, grade, ANYCAST6_EVICT_UNPROVEN);
		else if (facts.unclaimed || facts.idle >= LASTING_IDLE)
			KUNIT_EXPECT_EQ(test, grade, ANYCAST6_EVICT_IDLE);
		else if (facts.idle < BEGUN_IDLE)
			KUNIT_EXPECT_EQ(test, grade, facts.proven ? ANYCAST6_EVICT_LASTING :
								     ANYCAST6_EVICT_BEGUN);
	}
	KUNIT_EXPECT_EQ(test, seen, (unsigned int)BIT(ANYCAST6_EVICT_LASTING + 1) - 1);
}

/* Whatever else is known: what lasts and is in use gives way to nobody. */
static void lasting_stays(struct kunit *test)
{
	unsigned int i;
	bool above;

	for (i = 0; i < COMBINATIONS * 2; i++) {
		struct anycast6_evict_facts facts = combination(i / 2);
		enum anycast6_evict_grade grade = anycast6_evict_grade(&facts);

		above = i & 1;
		if (grade == ANYCAST6_EVICT_LASTING)
			KUNIT_EXPECT_FALSE(test, anycast6_evict_yields(&facts, above));
		/* what has begun, only where there is too much of it */
		if (grade == ANYCAST6_EVICT_BEGUN)
			KUNIT_EXPECT_EQ(test, anycast6_evict_yields(&facts, above),
					facts.above && !above);
		/* what anybody can make up, always, but for the share of others */
		if (grade == ANYCAST6_EVICT_NEW || grade == ANYCAST6_EVICT_UNPROVEN ||
		    grade == ANYCAST6_EVICT_IDLE)
			KUNIT_EXPECT_EQ(test, anycast6_evict_yields(&facts, above),
					facts.above || !above);
		if (grade == ANYCAST6_EVICT_ENDED)
			KUNIT_EXPECT_TRUE(test, anycast6_evict_yields(&facts, above));
	}
}

/* An address with more than its share takes nothing of use from those below. */
static void share_is_kept(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < COMBINATIONS; i++) {
		struct anycast6_evict_facts facts = combination(i);

		if (facts.above || anycast6_evict_grade(&facts) == ANYCAST6_EVICT_ENDED)
			continue;
		KUNIT_EXPECT_FALSE(test, anycast6_evict_yields(&facts, true));
		KUNIT_EXPECT_FALSE(test, anycast6_evict_hands_over(&facts, true));
	}
}

static void handed_over(struct kunit *test)
{
	struct anycast6_evict_facts facts = lasting();

	/* among equals, only for want of use */
	KUNIT_EXPECT_FALSE(test, anycast6_evict_hands_over(&facts, false));
	facts.idle = LASTING_IDLE;
	KUNIT_EXPECT_TRUE(test, anycast6_evict_hands_over(&facts, false));
	/* or of a member */
	facts.idle = 0;
	facts.unclaimed = true;
	KUNIT_EXPECT_TRUE(test, anycast6_evict_hands_over(&facts, false));
	facts.unclaimed = false;
	/* in use, but of an address with too many */
	facts.idle = 0;
	facts.above = true;
	KUNIT_EXPECT_TRUE(test, anycast6_evict_hands_over(&facts, false));
	KUNIT_EXPECT_FALSE(test, anycast6_evict_hands_over(&facts, true));
	facts.idle = LASTING_IDLE;
	KUNIT_EXPECT_TRUE(test, anycast6_evict_hands_over(&facts, true));
	/* there is nothing to hand over */
	facts.proven = false;
	KUNIT_EXPECT_FALSE(test, anycast6_evict_hands_over(&facts, false));
}

static void order(struct kunit *test)
{
	struct anycast6_evict_facts old = syn(20), young = syn(10), flow = lasting();

	/* the older of two SYNs */
	KUNIT_EXPECT_LT(test, anycast6_evict_compare(&old, &young), 0);
	/* unless it was sent again, or went on, and not so long ago */
	old.again = true;
	KUNIT_EXPECT_GT(test, anycast6_evict_compare(&old, &young), 0);
	old.idle = 11 * PATIENCE;
	KUNIT_EXPECT_LT(test, anycast6_evict_compare(&old, &young), 0);
	old.state = ANYCAST6_FLOW_STATE_ESTABLISHED;
	old.trust = ANYCAST6_TRUST_PICKED;
	KUNIT_EXPECT_LT(test, anycast6_evict_compare(&old, &young), 0);
	old.idle = 9 * PATIENCE;
	KUNIT_EXPECT_GT(test, anycast6_evict_compare(&old, &young), 0);
	/* or the other one's address has too many */
	old = syn(20);
	young.above = true;
	KUNIT_EXPECT_GT(test, anycast6_evict_compare(&old, &young), 0);
	/* what has gone on for a while is let go later, however long it is idle */
	old = lasting();
	old.idle = BEGUN_IDLE;
	old.proven = false;
	flow.idle = U32_MAX;
	flow.above = true;
	KUNIT_EXPECT_GT(test, anycast6_evict_compare(&flow, &old), 0);
	/* what has only begun, where there are too many, before what is silent elsewhere */
	young = old;
	young.idle = 0;
	young.above = true;
	KUNIT_EXPECT_LT(test, anycast6_evict_compare(&young, &old), 0);
	KUNIT_EXPECT_LT(test, anycast6_evict_compare(&young, &flow), 0);
	/* a SYN before a connection that is idle, though its address has too many */
	old = syn(20);
	KUNIT_EXPECT_GT(test, anycast6_evict_compare(&flow, &old), 0);
	/* one that has lost its member, after one that was silent for as long as it gets */
	flow = lasting();
	flow.unclaimed = true;
	old = lasting();
	old.idle = LASTING_IDLE;
	KUNIT_EXPECT_LT(test, anycast6_evict_compare(&old, &flow), 0);
	old.idle = 0;
	KUNIT_EXPECT_GT(test, anycast6_evict_compare(&old, &flow), 0);
	flow.unclaimed = false;
	/* what is over before anything else */
	flow.above = false;
	flow.over = true;
	KUNIT_EXPECT_LT(test, anycast6_evict_compare(&flow, &young), 0);
}

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

/* What of an address with more than its share has only begun, against what is
 * silent of another one.
 */
static bool begun_above(const struct anycast6_evict_facts *a,
			const struct anycast6_evict_facts *b)
{
	return anycast6_evict_grade(a) == ANYCAST6_EVICT_BEGUN && a->above &&
	       anycast6_evict_grade(b) == ANYCAST6_EVICT_IDLE &&
	       !(b->above && !has_lasted(b));
}

/* Each pair has one order, whichever is named first: by grade, but for what has
 * begun; then by whether it lasted, then by share, then by idle time.
 */
static void all_pairs(struct kunit *test)
{
	unsigned int i, j, wrong = 0;

	for (i = 0; i < COMPARED; i++)
		for (j = 0; j <= i; j++) {
			struct anycast6_evict_facts a = combination(i), b = combination(j);
			int way = anycast6_evict_compare(&a, &b);
			enum anycast6_evict_grade first = anycast6_evict_grade(&a);
			enum anycast6_evict_grade second = anycast6_evict_grade(&b);

			wrong += sign(way) != -sign(anycast6_evict_compare(&b, &a));
			/* those that can be made up are worth the same */
			first += first == ANYCAST6_EVICT_NEW;
			second += second == ANYCAST6_EVICT_NEW;
			if (begun_above(&a, &b) || begun_above(&b, &a))
				wrong += (way < 0) != begun_above(&a, &b);
			else if (first != second)
				wrong += (way < 0) != (first < second);
			else if (first == ANYCAST6_EVICT_IDLE && has_lasted(&a) != has_lasted(&b))
				wrong += (way < 0) != has_lasted(&b);
			else if (a.above != b.above)
				wrong += (way < 0) != a.above;
			else if (anycast6_evict_grade(&a) == anycast6_evict_grade(&b) &&
				 a.again == b.again)
				wrong += (way < 0) != (a.idle > b.idle);
		}
	KUNIT_EXPECT_EQ(test, wrong, 0U);
}

static int compare_facts(const void *a, const void *b)
{
	return anycast6_evict_compare(a, b);
}

/* What goes before what goes before a third, goes before the third. */
static void total_order(struct kunit *test)
{
	unsigned int i, j, wrong = 0;
	struct anycast6_evict_facts *sorted;

	sorted = kunit_kcalloc(test, COMPARED, sizeof(*sorted), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sorted);
	for (i = 0; i < COMPARED; i++)
		sorted[i] = combination(i);
	sort(sorted, COMPARED, sizeof(*sorted), compare_facts, NULL);
	for (i = 0; i < COMPARED; i++)
		for (j = i; j < COMPARED; j++)
			wrong += compare_facts(&sorted[i], &sorted[j]) > 0;
	KUNIT_EXPECT_EQ(test, wrong, 0U);
}

static void proof(struct kunit *test)
{
	unsigned int state;

	for (state = ANYCAST6_FLOW_STATE_NEW; state <= ANYCAST6_FLOW_STATE_CLOSED; state++) {
		KUNIT_EXPECT_FALSE(test, anycast6_evict_proves(state, 0));
		KUNIT_EXPECT_FALSE(test, anycast6_evict_proves(state, PROOF_AGE - 1));
		KUNIT_EXPECT_EQ(test, anycast6_evict_proves(state, PROOF_AGE),
				state == ANYCAST6_FLOW_STATE_ESTABLISHED);
	}
}

static void shares(struct kunit *test)
{
	/* one address may have all */
	KUNIT_EXPECT_FALSE(test, anycast6_evict_is_above(200, 1, 200));
	KUNIT_EXPECT_FALSE(test, anycast6_evict_is_above(100, 2, 200));
	KUNIT_EXPECT_TRUE(test, anycast6_evict_is_above(101, 2, 200));
	/* more addresses than room: each has a flow, at most */
	KUNIT_EXPECT_TRUE(test, anycast6_evict_is_above(1, 300, 200));
	KUNIT_EXPECT_FALSE(test, anycast6_evict_is_above(0, 300, 200));
	KUNIT_EXPECT_TRUE(test, anycast6_evict_is_above(U32_MAX, U32_MAX, U32_MAX));

	KUNIT_EXPECT_EQ(test, anycast6_evict_most_proven(200), 150U);
	KUNIT_EXPECT_EQ(test, anycast6_evict_most_proven(1), 1U);
	KUNIT_EXPECT_EQ(test, anycast6_evict_most_proven(0), 0U);
	KUNIT_EXPECT_LT(test, anycast6_evict_most_proven(U32_MAX), U32_MAX);
}

static struct kunit_case evict_cases[] = {
	KUNIT_CASE(grades),
	KUNIT_CASE(loaded_is_known_late),
	KUNIT_CASE(all_grades),
	KUNIT_CASE(lasting_stays),
	KUNIT_CASE(share_is_kept),
	KUNIT_CASE(handed_over),
	KUNIT_CASE(order),
	KUNIT_CASE(all_pairs),
	KUNIT_CASE(total_order),
	KUNIT_CASE(proof),
	KUNIT_CASE(shares),
	{}
};

static struct kunit_suite evict_suite = {
	.name = "anycast6_evict",
	.test_cases = evict_cases,
};

kunit_test_suite(evict_suite);
