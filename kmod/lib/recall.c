// SPDX-License-Identifier: GPL-2.0
/*
 * Recall: which own addresses a flow came to lately, and to which of these the
 * next answer belongs. Pure: knows own addresses by number, no packets.
 *
 * A program that is told which address was asked says itself from where it
 * answers. What others send has the source that the kernel chooses, so it must be
 * found out, by the best that is known:
 * - Only one address was asked lately.
 * - An answer repeats what names its question: the number of a DNS or RADIUS
 *   question, the token of CoAP, the name of an IKE association. They are at the
 *   same place in both.
 * - Questions are answered in the order in which they came. What is asked often
 *   and not answered is passed over: a forger asks what the program throws away.
 */
#include <linux/atomic.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "lib/order.h"
#include "lib/recall.h"

/* With so many questions that were not answered, an address is flooded. */
#define FLOOD		4
/* An answer that has so much more in common with the questions to one address than
 * with those to all others belongs to that one.
 */
#define TIE		2

static bool has_bit(u32 set, u8 own)
{
	return set & BIT(own);
}

/**
 * anycast6_recall_begin() - nothing is known
 * @recall: result
 *
 * Context: any.
 */
void anycast6_recall_begin(struct anycast6_recall *recall)
{
	memset(recall, 0, sizeof(*recall));
	recall->last = ANYCAST6_RECALL_NONE;
	recall->stream = ANYCAST6_RECALL_NONE;
}

static bool is_live(const struct anycast6_recall *recall, u32 order, u8 own,
		    u32 now, const struct anycast6_recall_times *times)
{
	/* another CPU may be a tick ahead */
	s32 age = now - READ_ONCE(recall->used[own]);

	if (!has_bit(FIELD_GET(ANYCAST6_ORDER_ASKED, order), own))
		return false;
	return age <= (s32)(has_bit(FIELD_GET(ANYCAST6_ORDER_ANSWERED, order), own) ?
			    READ_ONCE(times->answered) :
			    READ_ONCE(times->asked));
}

/**
 * anycast6_recall_live() - which own addresses were asked lately
 * @recall: the flow's
 * @now: jiffies
 * @times: for how long questions are remembered
 *
 * Context: any.
 * Return: set of numbers.
 */
u8 anycast6_recall_live(const struct anycast6_recall *recall, u32 now,
			const struct anycast6_recall_times *times)
{
	u32 order = READ_ONCE(recall->order);
	u8 own, set, live = 0;

	for (set = FIELD_GET(ANYCAST6_ORDER_ASKED, order); set; set &= set - 1) {
		own = ffs(set) - 1;
		if (is_live(recall, order, own, now, times))
			live |= BIT(own);
	}
	return live;
}

/**
 * anycast6_recall_is_plain() - whether no more than one own address is known
 * @recall: the flow's
 *
 * Context: any.
 * Return: true if it does not matter how an answer's data begin.
 */
bool anycast6_recall_is_plain(const struct anycast6_recall *recall)
{
	u8 asked = FIELD_GET(ANYCAST6_ORDER_ASKED, READ_ONCE(recall->order));

	return !(asked & (asked - 1));
}

/**
 * anycast6_recall_was_answered() - whether any question was
 * @recall: the flow's
 *
 * Context: any.
 */
bool anycast6_recall_was_answered(const struct anycast6_recall *recall)
{
	return FIELD_GET(ANYCAST6_ORDER_ANSWERED, READ_ONCE(recall->order));
}

/**
 * anycast6_recall_place() - find a number for one more anycast address
 * @recall: the flow's
 * @now: jiffies
 * @times: for how long questions are remembered
 *
 * Context: any.
 * Return: the number, which may be that of an address that was asked some time ago;
 * ANYCAST6_RECALL_NONE if all were asked lately: a forger must not take their
 * places.
 */
u8 anycast6_recall_place(const struct anycast6_recall *recall, u32 now,
			 const struct anycast6_recall_times *times)
{
	u8 live = anycast6_recall_live(recall, now, times), own;

	for (own = ANYCAST6_RECALL_UNICAST + 1; own < ANYCAST6_RECALL_OWNS;
	     own++)
		if (!has_bit(live, own))
			return own;
	return ANYCAST6_RECALL_NONE;
}

/**
 * anycast6_recall_latest() - the own address that was asked or answered last
 * @recall: the flow's
 * @now: jiffies
 * @times: for how long questions are remembered
 *
 * Context: any.
 * Return: its number, ANYCAST6_RECALL_NONE if none was asked lately.
 */
u8 anycast6_recall_latest(const struct anycast6_recall *recall, u32 now,
			  const struct anycast6_recall_times *times)
{
	u8 live = anycast6_recall_live(recall, now, times);
	u8 own, latest = ANYCAST6_RECALL_NONE;

	for (own = 0; own < ANYCAST6_RECALL_OWNS; own++) {
		if (!has_bit(live, own))
			continue;
		if (latest == ANYCAST6_RECALL_NONE ||
		    (s32)(READ_ONCE(recall->used[own]) -
			  READ_ONCE(recall->used[latest])) > 0)
			latest = own;
	}
	return latest;
}

/**
 * anycast6_recall_idle() - since when nothing came or went
 * @recall: the flow's
 * @now: jiffies
 *
 * Context: any.
 * Return: jiffies.
 */
u32 anycast6_recall_idle(const struct anycast6_recall *recall, u32 now)
{
	u8 asked = FIELD_GET(ANYCAST6_ORDER_ASKED, READ_ONCE(recall->order)), own;
	u32 idle = S32_MAX;
	s32 age;

	for (own = 0; own < ANYCAST6_RECALL_OWNS; own++) {
		if (!has_bit(asked, own))
			continue;
		/* another CPU may be a tick ahead */
		age = now - READ_ONCE(recall->used[own]);
		idle = min_t(u32, idle, max(age, 0));
	}
	return idle;
}

/**
 * anycast6_recall_forget() - forget that an address was asked
 * @recall: the flow's
 * @own: its number
 *
 * Context: any.
 */
void anycast6_recall_forget(struct anycast6_recall *recall, u8 own)
{
	u32 order = READ_ONCE(recall->order);

	while (!try_cmpxchg(&recall->order, &order, anycast6_order_forget(order, own)))
		;
	if (READ_ONCE(recall->last) == own)
		WRITE_ONCE(recall->last, ANYCAST6_RECALL_NONE);
	if (READ_ONCE(recall->stream) == own)
		WRITE_ONCE(recall->stream, ANYCAST6_RECALL_NONE);
}

/* The place of the address has nobody's marks, or those of another one. */
static void set_marks(struct anycast6_recall *recall, u8 own, u64 mark)
{
	unsigned int i;

	for (i = 0; i < ANYCAST6_RECALL_MARKS; i++)
		WRITE_ONCE(recall->marks[own][i], mark);
}

static void add_mark(struct anycast6_recall *recall, u8 own, u64 mark)
{
	u64 *marks = recall->marks[own], last = READ_ONCE(marks[0]);

	if (last == mark)
		return;
	WRITE_ONCE(marks[1], last);
	WRITE_ONCE(marks[0], mark);
}

/**
 * anycast6_recall_ask() - a question came
 * @recall: the flow's
 * @own: number of the own address that it came to
 * @mark: how its data begin
 * @now: jiffies
 * @times: for how long questions are remembered
 *
 * Context: any.
 */
void anycast6_recall_ask(struct anycast6_recall *recall, u8 own, u64 mark,
			 u32 now, const struct anycast6_recall_times *times)
{
	u32 order = READ_ONCE(recall->order);

	if (unlikely(!is_live(recall, order, own, now, times))) {
		anycast6_recall_forget(recall, own);
		set_marks(recall, own, mark);
		order = READ_ONCE(recall->order);
	} else {
		add_mark(recall, own, mark);
	}
	if (READ_ONCE(recall->used[own]) != now)
		WRITE_ONCE(recall->used[own], now);
	while (!try_cmpxchg(&recall->order, &order, anycast6_order_ask(order, own)))
		;
}

/* Counts equal bytes, and those that are equal together: most names of questions
 * are made of pairs of bytes.
 */
static unsigned int common_bytes(u64 a, u64 b)
{
	unsigned int i, n = 0;

	for (i = 0; i < 64; i += 8)
		n += !((a ^ b) >> i & 0xff);
	for (i = 0; i < 64; i += 16)
		n += !((a ^ b) >> i & 0xffff);
	return n;
}

static unsigned int count_common(const struct anycast6_recall *recall, u8 own,
				 u64 mark)
{
	unsigned int i, most = 0;

	for (i = 0; i < ANYCAST6_RECALL_MARKS; i++)
		most = max(most, common_bytes(READ_ONCE(recall->marks[own][i]),
					      mark));
	return most;
}

/* Returns the address whose questions an answer repeats, if that is plain. Where those
 * to another one are not known, the answer must begin as the question does.
 */
static u8 find_repeated(const struct anycast6_recall *recall, u8 live, u64 mark)
{
	unsigned int most = 0, next = 0, like;
	u8 own, found = ANYCAST6_RECALL_NONE;

	for (own = 0; own < ANYCAST6_RECALL_OWNS; own++) {
		if (!has_bit(live, own))
			continue;
		if (!READ_ONCE(recall->marks[own][0])) {
			next = max(next, common_bytes(0, 0) - TIE);
			continue;
		}
		like = count_common(recall, own, mark);
		if (like > most || found == ANYCAST6_RECALL_NONE) {
			next = max(next, most);
			most = like;
			found = own;
		} else {
			next = max(next, like);
		}
	}
	return most >= next + TIE ? found : ANYCAST6_RECALL_NONE;
}

/* Returns the address of the first question that is not answered: one that is not
 * flooded, if there is any.
 */
static u8 find_first(u32 order, u8 live, const u8 *counts)
{
	u8 own, first = ANYCAST6_RECALL_NONE;
	unsigned int i;

	for (i = 0; i < anycast6_order_length(order); i++) {
		own = anycast6_order_entry(order, i);
		if (!has_bit(live, own))
			continue;
		if (counts[own] < FLOOD)
			return own;
		if (first == ANYCAST6_RECALL_NONE)
			first = own;
	}
	return first;
}

/* Returns the address that was answered last, or another one if that is not known. */
static u8 find_last(const struct anycast6_recall *recall, u8 live, u8 other)
{
	u8 last = READ_ONCE(recall->last);

	return last != ANYCAST6_RECALL_NONE && has_bit(live, last) ?
	       last : other;
}

/* Several addresses were asked lately, and nobody says which one is answered. */
static struct anycast6_recall_verdict
guess_own(const struct anycast6_recall *recall, u32 order, u8 live,
	  const u8 *counts)
{
	struct anycast6_recall_verdict verdict = {
		.own = find_first(order, live, counts),
		.guess = true,
	};
	u8 own, asked = 0, calm = live;

	if (verdict.own == ANYCAST6_RECALL_NONE) {
		/* all is answered */
		verdict.own = find_last(recall, live, ffs(live) - 1);
		return verdict;
	}
	for (own = 0; own < ANYCAST6_RECALL_OWNS; own++) {
		asked += !!counts[own];
		if (counts[own] >= FLOOD)
			calm &= ~BIT(own);
	}
	if (has_bit(calm, verdict.own))
		verdict.guess = asked != 1;
	else
		/* all is answered but what is forged */
		verdict.own = find_last(recall, live,
					calm ? ffs(calm) - 1 : verdict.own);
	return verdict;
}

static struct anycast6_recall_verdict
choose_among(const struct anycast6_recall *recall,
	     const struct anycast6_recall_reply *reply, u32 order, u8 live)
{
	const struct anycast6_recall_verdict unicast = {
		.own = ANYCAST6_RECALL_UNICAST,
	};
	struct anycast6_recall_verdict verdict = {
		.own = reply->stays ? READ_ONCE(recall->last) :
				      find_repeated(recall, live, reply->mark),
	};
	u8 counts[ANYCAST6_RECALL_OWNS], stream;

	if (verdict.own != ANYCAST6_RECALL_NONE && has_bit(live, verdict.own))
		return verdict;
	anycast6_order_count(order, live, counts);
	if (reply->stays) {
		verdict.own = find_first(order, live, counts);
		if (verdict.own == ANYCAST6_RECALL_NONE)
			verdict.own = ffs(live) - 1;
		return verdict;
	}
	if (reply->told && !READ_ONCE(recall->leaves) &&
	    counts[ANYCAST6_RECALL_UNICAST] &&
	    counts[ANYCAST6_RECALL_UNICAST] < FLOOD)
		return unicast;
	stream = READ_ONCE(recall->stream);
	if (stream != ANYCAST6_RECALL_NONE && has_bit(live, stream)) {
		verdict.own = stream;
		verdict.guess = true;
		return verdict;
	}
	return guess_own(recall, order, live, counts);
}

/**
 * anycast6_recall_choose() - where an answer belongs
 * @recall: the flow's
 * @reply: the answer
 * @times: for how long questions are remembered
 *
 * Context: any.
 * Return: number of the own address, and whether that is a guess.
 */
struct anycast6_recall_verdict
anycast6_recall_choose(const struct anycast6_recall *recall,
		       const struct anycast6_recall_reply *reply,
		       const struct anycast6_recall_times *times)
{
	struct anycast6_recall_verdict verdict = {
		.own = ANYCAST6_RECALL_NONE,
	};
	u32 order = READ_ONCE(recall->order);
	u8 live;

	if (reply->said != ANYCAST6_RECALL_NONE) {
		verdict.own = reply->said;
		return verdict;
	}
	live = anycast6_recall_live(recall, reply->now, times);
	if (!live)
		return verdict;
	/* a source that was left to the kernel is meant, too */
	if (READ_ONCE(recall->chooses)) {
		verdict.own = ANYCAST6_RECALL_UNICAST;
		return verdict;
	}
	if (!(live & (live - 1))) {
		verdict.own = ffs(live) - 1;
		return verdict;
	}
	return choose_among(recall, reply, order, live);
}

static void learn_habit(struct anycast6_recall *recall,
			const struct anycast6_recall_reply *reply, u8 own)
{
	if (own == ANYCAST6_RECALL_UNICAST)
		return;
	if (reply->said != ANYCAST6_RECALL_NONE) {
		if (!READ_ONCE(recall->chooses))
			WRITE_ONCE(recall->chooses, true);
	} else if (reply->told && !READ_ONCE(recall->leaves)) {
		WRITE_ONCE(recall->leaves, true);
	}
}

/**
 * anycast6_recall_answer() - an answer leaves
 * @recall: the flow's
 * @reply: the answer
 * @verdict: where it belongs, as anycast6_recall_choose() said, to an own address
 *
 * A guess teaches nothing, and makes nothing last longer: else an address that is
 * asked no more could take the answers of another one for ever.
 *
 * Context: any.
 */
void anycast6_recall_answer(struct anycast6_recall *recall,
			    const struct anycast6_recall_reply *reply,
			    struct anycast6_recall_verdict verdict)
{
	u32 order = READ_ONCE(recall->order), next;
	u8 own = verdict.own;

	do {
		next = anycast6_order_answer(order, own);
		if (!verdict.guess)
			next |= FIELD_PREP(ANYCAST6_ORDER_ANSWERED, BIT(own));
	} while (next != order && !try_cmpxchg(&recall->order, &order, next));
	if (verdict.guess)
		return;

	if (unlikely(!anycast6_order_length(order)) && own != ANYCAST6_RECALL_UNICAST &&
	    has_bit(FIELD_GET(ANYCAST6_ORDER_ANSWERED, order), own) &&
	    READ_ONCE(recall->stream) != own)
		WRITE_ONCE(recall->stream, own);
	if (READ_ONCE(recall->last) != own)
		WRITE_ONCE(recall->last, own);
	if (READ_ONCE(recall->used[own]) != reply->now)
		WRITE_ONCE(recall->used[own], reply->now);
	learn_habit(recall, reply, own);
}
