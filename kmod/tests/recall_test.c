// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: which own address an answer belongs to, by recall.c and
 * order.c.
 */
#include <kunit/test.h>
#include <linux/jiffies.h>

#include "../lib/order.c"
#include "../lib/recall.c"

static const struct anycast6_recall_times times = {
	.asked = 30 * HZ,
	.answered = 180 * HZ,
};

static u32 next_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* ---- stories ---- */

/* A small letter is a question to an own address: (u)nicast, or one of the anycast
 * addresses (a), (b), (c). A capital is an answer whose source is the kernel's, and
 * where it must leave from; with ? before it that is a guess. With ! before it the
 * program says so; - is an answer to nothing. A digit n lets 10^n seconds pass.
 */
struct story {
	const char *events;
	bool told;
	bool stays;
};

static const struct story stories[] = {
	/* one address, in all ways */
	{ "aA" },
	{ "uU" },
	{ "bBbBBB" },
	{ "-" },
	/* 40 s later: it was not answered, or it was */
	{ "a11111-" },
	{ "aA1111111111A1111111111A" },
	{ "aA22-" },
	{ "aA22aA" },
	/* what is not answered is forgotten earlier */
	{ "aAu1111A" },
	/* one after the other */
	{ "aAuUaAbBuUcCaA" },
	{ "aAuUaAbBuUcCaA", .told = true },
	/* several at once, in their order */
	{ "ab?AB" },
	{ "ua?UA" },
	{ "au?AU" },
	{ "aub?A?UB" },
	{ "aaab?A?A?AB" },
	/* a program that says it */
	{ "ab!B!A", .told = true },
	{ "ua!AU", .told = true },
	{ "uaU!A", .told = true },
	{ "au!AUuaU!AuaU!A", .told = true },
	/* a program that is told, but says nothing */
	{ "aAau?AUaA", .told = true },
	/* a late answer, all else is answered */
	{ "aAuU?U" },
	/* a forger asks what is never answered */
	{ "auuuuuuuuuuuuuuu?A", .told = true },
	{ "uuuuuuuuuuuuuuu?a", },
	/* a stream goes on */
	{ "aAAAu?A?A?Auuuuuuu?A?A" },
	/* not for longer than its address is asked */
	{ "aAAAu?A22uU" },
	/* a tunnel stays */
	{ "uUaUUaU", .stays = true },
	{ "aAuAuuuuuuuA", .stays = true },
	{ "auAA", .stays = true },
	{ "uUa22aA", .stays = true },
};

static u8 own_of(char letter)
{
	switch (letter | 0x20) {
	case 'a':
		return 1;
	case 'b':
		return 2;
	case 'c':
		return 3;
	}
	return ANYCAST6_RECALL_UNICAST;
}

static void answer_story(struct kunit *test, struct anycast6_recall *recall,
			 const struct story *story, const char *event, u32 now)
{
	char before = event > story->events ? event[-1] : 0;
	struct anycast6_recall_reply reply = {
		.now = now,
		.said = before == '!' ? own_of(*event) : ANYCAST6_RECALL_NONE,
		.told = story->told,
		.stays = story->stays,
	};
	struct anycast6_recall_verdict verdict;

	verdict = anycast6_recall_choose(recall, &reply, &times);
	KUNIT_EXPECT_EQ_MSG(test, verdict.own,
			    *event == '-' ? ANYCAST6_RECALL_NONE :
					    own_of(*event),
			    "%s, %zu", story->events, event - story->events);
	KUNIT_EXPECT_EQ_MSG(test, verdict.guess, before == '?',
			    "%s, %zu", story->events, event - story->events);
	if (verdict.own != ANYCAST6_RECALL_NONE)
		anycast6_recall_answer(recall, &reply, verdict);
}

static void told_stories(struct kunit *test)
{
	static const u32 begins[] = { 0, 1, 100000, U32_MAX - 50 };
	const char *event;
	int i, n;

	for (i = 0; i < ARRAY_SIZE(stories) * ARRAY_SIZE(begins); i++) {
		const struct story *story = &stories[i / ARRAY_SIZE(begins)];
		u32 now = begins[i % ARRAY_SIZE(begins)];
		struct anycast6_recall recall;

		anycast6_recall_begin(&recall);
		for (event = story->events; *event; event++) {
			n = *event - '0';
			if (n >= 0 && n <= 9)
				now += HZ * int_pow(10, n);
			else if (*event >= 'a')
				anycast6_recall_ask(&recall, own_of(*event), 0,
						    now, &times);
			else if (*event != '!' && *event != '?')
				answer_story(test, &recall, story, event, now);
		}
	}
}

/* ---- what is known of addresses ---- */

static void addresses_live(struct kunit *test)
{
	struct anycast6_recall recall;
	u32 now = 1000;
	u8 own;

	anycast6_recall_begin(&recall);
	KUNIT_EXPECT_EQ(test, anycast6_recall_live(&recall, now, &times), 0);
	KUNIT_EXPECT_EQ(test, anycast6_recall_latest(&recall, now, &times),
			ANYCAST6_RECALL_NONE);
	for (own = 1; own < ANYCAST6_RECALL_OWNS; own++) {
		KUNIT_EXPECT_EQ(test,
				anycast6_recall_place(&recall, now, &times),
				own);
		anycast6_recall_ask(&recall, own, own, now, &times);
		KUNIT_EXPECT_EQ(test,
				anycast6_recall_latest(&recall, now, &times),
				own);
		now += 10 * HZ;
	}
	/* asked 30, 20 and 10 s ago */
	KUNIT_EXPECT_EQ(test, anycast6_recall_live(&recall, now, &times), 0xe);
	KUNIT_EXPECT_EQ(test, anycast6_recall_idle(&recall, now), 10 * HZ);
	KUNIT_EXPECT_EQ(test, anycast6_recall_place(&recall, now, &times),
			ANYCAST6_RECALL_NONE);
	KUNIT_EXPECT_EQ(test, anycast6_recall_live(&recall, now + 1, &times),
			0xc);
	KUNIT_EXPECT_EQ(test, anycast6_recall_place(&recall, now + 1, &times),
			1);
	/* another CPU is a tick ahead */
	anycast6_recall_ask(&recall, 2, 0, now + 1, &times);
	KUNIT_EXPECT_EQ(test, anycast6_recall_live(&recall, now, &times), 0xe);

	KUNIT_EXPECT_FALSE(test, anycast6_recall_is_plain(&recall));
	anycast6_recall_forget(&recall, 2);
	anycast6_recall_forget(&recall, 3);
	KUNIT_EXPECT_TRUE(test, anycast6_recall_is_plain(&recall));
	KUNIT_EXPECT_EQ(test, anycast6_recall_live(&recall, now, &times), 0x2);
	KUNIT_EXPECT_FALSE(test, anycast6_recall_was_answered(&recall));
}

/* ---- the queue, against one that is written down plainly ---- */

struct plain_queue {
	u8 owns[ANYCAST6_ORDER_ENTRIES];
	unsigned int n;
};

static void plain_remove(struct plain_queue *queue, u8 own)
{
	unsigned int i;

	for (i = 0; i < queue->n && queue->owns[i] != own; i++)
		;
	if (i == queue->n)
		return;
	queue->n--;
	for (; i < queue->n; i++)
		queue->owns[i] = queue->owns[i + 1];
}

static void plain_add(struct plain_queue *queue, u8 own)
{
	unsigned int counts[ANYCAST6_RECALL_OWNS] = {}, i, most = 0;

	for (i = 0; i < queue->n; i++)
		counts[queue->owns[i]]++;
	for (i = 1; i < ANYCAST6_RECALL_OWNS; i++)
		if (counts[i] > counts[most])
			most = i;
	if (queue->n == ANYCAST6_ORDER_ENTRIES)
		plain_remove(queue, most);
	queue->owns[queue->n++] = own;
}

static void queue_is_plain(struct kunit *test)
{
	struct plain_queue queue = {};
	u32 state = 13, order = 0, i, n;
	u8 own;

	for (n = 0; n < 20000; n++) {
		own = next_random(&state) % ANYCAST6_RECALL_OWNS;
		if (next_random(&state) % 5 < 3) {
			order = anycast6_order_ask(order, own);
			plain_add(&queue, own);
		} else {
			order = anycast6_order_answer(order, own);
			plain_remove(&queue, own);
		}
		KUNIT_ASSERT_EQ(test, anycast6_order_length(order), queue.n);
		for (i = 0; i < queue.n; i++)
			KUNIT_ASSERT_EQ(test, anycast6_order_entry(order, i),
					queue.owns[i]);
		/* nothing is left of what was removed */
		KUNIT_ASSERT_EQ(test, (order & ANYCAST6_ORDER_QUEUE) >>
				(i * ANYCAST6_ORDER_BITS), 0);
	}
}

/* ---- any server, any client ---- */

/* Of a flow, all questions that are not answered. */
struct ward {
	struct anycast6_recall recall;
	struct {
		u8 own;
		u64 mark;
	} open[ANYCAST6_ORDER_ENTRIES];
	unsigned int n;
	u32 now;
	u32 state;
};

static unsigned int count_open(const struct ward *ward, u8 own)
{
	unsigned int i, n = 0;

	for (i = 0; i < ward->n; i++)
		n += ward->open[i].own == own;
	return n;
}

static void ask_one(struct ward *ward, u8 own, u64 mark)
{
	if (ward->n == ANYCAST6_ORDER_ENTRIES)
		return;
	ward->open[ward->n].own = own;
	ward->open[ward->n++].mark = mark;
	anycast6_recall_ask(&ward->recall, own, mark, ward->now, &times);
}

static void ask_any(struct ward *ward, unsigned int most, u64 mark)
{
	u8 own = next_random(&ward->state) % ANYCAST6_RECALL_OWNS;

	if (count_open(ward, own) < most)
		ask_one(ward, own, mark);
}

static struct anycast6_recall_verdict
answer_one(struct ward *ward, unsigned int which,
	   const struct anycast6_recall_reply *reply)
{
	struct anycast6_recall_verdict verdict;

	verdict = anycast6_recall_choose(&ward->recall, reply, &times);
	if (verdict.own != ANYCAST6_RECALL_NONE)
		anycast6_recall_answer(&ward->recall, reply, verdict);
	ward->n--;
	memmove(&ward->open[which], &ward->open[which + 1],
		(ward->n - which) * sizeof(ward->open[0]));
	return verdict;
}

/* Answers in the order of the questions, which nothing distinguishes. */
static void order_is_kept(struct kunit *test)
{
	struct ward ward = { .state = 1 };
	struct anycast6_recall_reply reply = { .said = ANYCAST6_RECALL_NONE };
	int n;

	anycast6_recall_begin(&ward.recall);
	for (n = 0; n < 20000; n++) {
		ward.now += next_random(&ward.state) % (2 * HZ);
		if (next_random(&ward.state) % 2) {
			ask_any(&ward, FLOOD - 1, 0);
		} else if (ward.n) {
			u8 own = ward.open[0].own;

			reply.now = ward.now;
			KUNIT_ASSERT_EQ(test, answer_one(&ward, 0, &reply).own,
					own);
		}
	}
}

/* A program that says the anycast addresses answers in any order. */
static void program_chooses(struct kunit *test)
{
	struct ward ward = { .state = 2 };
	struct anycast6_recall_reply reply = { .told = true };
	unsigned int which;
	int n;

	anycast6_recall_begin(&ward.recall);
	for (n = 0; n < 20000; n++) {
		ward.now += next_random(&ward.state) % (3 * HZ);
		if (!(next_random(&ward.state) % 1000)) {
			/* another flow */
			anycast6_recall_begin(&ward.recall);
			ward.n = 0;
		} else if (next_random(&ward.state) % 2) {
			ask_any(&ward, FLOOD - 1, next_random(&ward.state));
		} else if (ward.n) {
			u8 own;

			which = next_random(&ward.state) % ward.n;
			own = ward.open[which].own;
			reply.now = ward.now;
			reply.mark = next_random(&ward.state);
			reply.said = own == ANYCAST6_RECALL_UNICAST ?
				     ANYCAST6_RECALL_NONE : own;
			KUNIT_ASSERT_EQ(test, answer_one(&ward, which, &reply).own,
					own);
		}
	}
}

/* As DNS: the first two bytes are repeated, the others of answers are always alike,
 * and so are those of questions.
 */
static u64 make_mark(u16 number, bool answer)
{
	return number | (answer ? 0x0100010000008081ull << 16 :
				  0x0000010000000001ull << 16);
}

static bool is_last(const struct ward *ward, u8 own)
{
	unsigned int i;

	for (i = 0; i < ward->n; i++)
		if (ward->open[i].own == own &&
		    ward->open[i].mark == ward->recall.marks[own][0])
			return true;
	return false;
}

/* Answers in any order, some questions never, and a forger who does not know the
 * numbers of questions asks other addresses than those that are asked.
 */
static void answers_repeat(struct kunit *test)
{
	struct ward ward = { .state = 3 };
	struct anycast6_recall_reply reply = { .said = ANYCAST6_RECALL_NONE };
	unsigned int which;
	int n;

	anycast6_recall_begin(&ward.recall);
	for (n = 0; n < 20000; n++) {
		u32 kind = next_random(&ward.state) % 8;
		/* of the last ones, all differ */
		u16 number = (n & 0x7f) | (n << 1 & 0x7f00);
		u8 own;

		/* none waits for so long that it is forgotten */
		ward.now += next_random(&ward.state) % (HZ / 8);
		if (kind < 3) {
			own = next_random(&ward.state) % ANYCAST6_RECALL_OWNS;
			/* of each address the last two are known */
			if (!count_open(&ward, own) ||
			    (count_open(&ward, own) == 1 && is_last(&ward, own)))
				ask_one(&ward, own, make_mark(number, false));
		} else if (kind < 6 && ward.n) {
			which = next_random(&ward.state) % ward.n;
			own = ward.open[which].own;
			reply.now = ward.now;
			reply.mark = make_mark(ward.open[which].mark, true);
			KUNIT_ASSERT_EQ(test, answer_one(&ward, which, &reply).own,
					own);
		} else {
			own = next_random(&ward.state) % ANYCAST6_RECALL_OWNS;
			if (!count_open(&ward, own))
				anycast6_recall_ask(&ward.recall, own,
						    make_mark(number | 0x8080,
							      false),
						    ward.now, &times);
		}
	}
}

/* The first question to unicast came before anything was remembered of the flow. */
static void unknown_questions_count(struct kunit *test)
{
	struct anycast6_recall_reply reply = { .said = ANYCAST6_RECALL_NONE };
	struct anycast6_recall recall;

	anycast6_recall_begin(&recall);
	anycast6_recall_ask(&recall, ANYCAST6_RECALL_UNICAST, 0, 0, &times);
	anycast6_recall_ask(&recall, 1, make_mark(0x1234, false), 0, &times);
	/* it begins as the question to the anycast address */
	reply.mark = make_mark(0x1234, false);
	KUNIT_EXPECT_EQ(test, anycast6_recall_choose(&recall, &reply, &times).own,
			1);
	/* it has something in common with that one, and the other one was first */
	reply.mark = make_mark(0x1235, false);
	KUNIT_EXPECT_EQ(test, anycast6_recall_choose(&recall, &reply, &times).own,
			ANYCAST6_RECALL_UNICAST);
}

/* A forger's datagrams to other addresses do not take the answers of a server that
 * throws them away, fast or slow, once they are a flood.
 */
static void floods_are_passed_over(struct kunit *test)
{
	struct anycast6_recall_reply reply = { .said = ANYCAST6_RECALL_NONE };
	struct anycast6_recall_verdict verdict;
	struct anycast6_recall recall;
	int i, n, slow;
	u8 forged;

	for (forged = 0; forged < ANYCAST6_RECALL_OWNS; forged++) {
		for (slow = 0; forged != 1 && slow < 40; slow++) {
			anycast6_recall_begin(&recall);
			reply.now = 0;
			for (n = 0; n < FLOOD; n++)
				anycast6_recall_ask(&recall, forged, 0, 0, &times);
			for (n = 0; n < 100; n++) {
				anycast6_recall_ask(&recall, 1, 0, reply.now,
						    &times);
				for (i = 0; i < slow; i++) {
					reply.now += HZ / 10;
					anycast6_recall_ask(&recall, forged, 0,
							    reply.now, &times);
				}
				verdict = anycast6_recall_choose(&recall, &reply,
								 &times);
				KUNIT_ASSERT_EQ(test, verdict.own, 1);
				anycast6_recall_answer(&recall, &reply, verdict);
			}
		}
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(told_stories),
	KUNIT_CASE(addresses_live),
	KUNIT_CASE(queue_is_plain),
	KUNIT_CASE(order_is_kept),
	KUNIT_CASE(program_chooses),
	KUNIT_CASE(answers_repeat),
	KUNIT_CASE(unknown_questions_count),
	KUNIT_CASE(floods_are_passed_over),
	{}
};

static struct kunit_suite suite = {
	.name = "anycast6_recall",
	.test_cases = cases,
};

kunit_test_suite(suite);
