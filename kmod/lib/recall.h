/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recall: which own addresses a flow came to lately, and to which of these the
 * next answer belongs. Pure: knows own addresses by number, no packets.
 */
#ifndef ANYCAST6_RECALL_H
#define ANYCAST6_RECALL_H

#include <linux/types.h>

#include "lib/order.h"

/* own addresses of a flow, each has a number */
#define ANYCAST6_RECALL_OWNS	ANYCAST6_ORDER_OWNS
/* The number of all addresses whose answers leave from where the kernel chooses:
 * unicast ones, and groups of multicast. The others are anycast addresses.
 */
#define ANYCAST6_RECALL_UNICAST	0
/* in place of a number: none */
#define ANYCAST6_RECALL_NONE	0xff

/* of each own address, the beginnings of so many questions */
#define ANYCAST6_RECALL_MARKS	2

/**
 * struct anycast6_recall - what is known of a flow's questions
 * @order: which questions are not answered (lib/order.h); READ_ONCE(), replaced by
 *         cmpxchg()
 * @used: of each own address, when it was asked or answered last, jiffies;
 *        READ_ONCE()
 * @chooses: an answer had an anycast address as its source already, so the program
 *           chooses; READ_ONCE()
 * @leaves: a program that is told which address was asked left the source to the
 *          kernel all the same; READ_ONCE()
 * @last: the own address that was answered last, ANYCAST6_RECALL_NONE; READ_ONCE()
 * @stream: the anycast address from which more was sent than it was asked, else
 *          ANYCAST6_RECALL_NONE; READ_ONCE()
 * @marks: of each own address, how the data of its last questions begin, the last
 *         one first; 0 if that is not known; READ_ONCE()
 *
 * Without a lock: where two CPUs race, an answer may be taken for another one's.
 */
struct anycast6_recall {
	u32 order;
	u32 used[ANYCAST6_RECALL_OWNS];
	u8 chooses;
	u8 leaves;
	u8 last;
	u8 stream;
	u64 marks[ANYCAST6_RECALL_OWNS][ANYCAST6_RECALL_MARKS];
};

/**
 * struct anycast6_recall_times - for how long questions are remembered, jiffies
 * @asked: those that were not answered; READ_ONCE()
 * @answered: after the last question or answer; READ_ONCE()
 */
struct anycast6_recall_times {
	u32 asked;
	u32 answered;
};

/**
 * struct anycast6_recall_reply - what is known of an answer
 * @mark: how its data begin
 * @now: jiffies
 * @said: number of the own address that is its source by the program's choice;
 *        ANYCAST6_RECALL_NONE if its source is the kernel's
 * @told: the program is told which address a question came to
 * @stays: who gets the answers follows where they come from, so that must not
 *         change
 */
struct anycast6_recall_reply {
	u64 mark;
	u32 now;
	u8 said;
	bool told;
	bool stays;
};

/**
 * struct anycast6_recall_verdict - where an answer belongs
 * @own: number of the own address, ANYCAST6_RECALL_NONE if none was asked lately
 * @guess: it may be another one as well
 */
struct anycast6_recall_verdict {
	u8 own;
	bool guess;
};

void anycast6_recall_begin(struct anycast6_recall *recall);
u8 anycast6_recall_live(const struct anycast6_recall *recall, u32 now,
			const struct anycast6_recall_times *times);
bool anycast6_recall_is_plain(const struct anycast6_recall *recall);
bool anycast6_recall_was_answered(const struct anycast6_recall *recall);
u8 anycast6_recall_place(const struct anycast6_recall *recall, u32 now,
			 const struct anycast6_recall_times *times);
u8 anycast6_recall_latest(const struct anycast6_recall *recall, u32 now,
			  const struct anycast6_recall_times *times);
u32 anycast6_recall_idle(const struct anycast6_recall *recall, u32 now);
void anycast6_recall_forget(struct anycast6_recall *recall, u8 own);
void anycast6_recall_ask(struct anycast6_recall *recall, u8 own, u64 mark,
			 u32 now, const struct anycast6_recall_times *times);
struct anycast6_recall_verdict
anycast6_recall_choose(const struct anycast6_recall *recall,
		       const struct anycast6_recall_reply *reply,
		       const struct anycast6_recall_times *times);
void anycast6_recall_answer(struct anycast6_recall *recall,
			    const struct anycast6_recall_reply *reply,
			    struct anycast6_recall_verdict verdict);

#endif
