/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of what became of the packets and flows of an address, by kind, for
 * each CPU. Knows nothing of these.
 */
#ifndef ANYCAST6_TALLY_H
#define ANYCAST6_TALLY_H

#include <linux/build_bug.h>
#include <linux/percpu.h>

#include "lib/evict.h"

/* Packets to an address that were not steered, or whose flow was not pinned. */
enum anycast6_miss {
	/* no member is up and serves the source: routes decide */
	ANYCAST6_MISS_NO_MEMBER,
	/* the only way led back to where the packet came from */
	ANYCAST6_MISS_LOOP,
	/* this node does not forward */
	ANYCAST6_MISS_FORWARDING,
	/* the packet was steered, but there was no room for its flow */
	ANYCAST6_MISS_UNPINNED,
	/* dropped: the path to the member of an established connection is gone,
	 * maybe for a moment only
	 */
	ANYCAST6_MISS_WAITING,
	/* answered by an RST and dropped: the connection has lost its member */
	ANYCAST6_MISS_RESET,
	ANYCAST6_MISSES,
};

/* Answers from an address, and flows of peers whose answers need its help. */
enum anycast6_reply {
	/* answers that left with another source than they had before */
	ANYCAST6_REPLY_REWRITTEN,
	/* answers that left as they were, because rewriting was not safe */
	ANYCAST6_REPLY_UNSAFE,
	/* flows not remembered, because this node opened them: the packet that
	 * came may be forged
	 */
	ANYCAST6_REPLY_OWN,
	/* flows forgotten, or not remembered, because there was no room */
	ANYCAST6_REPLY_FORGOTTEN,
	/* answers of which nobody knows to which question they belong */
	ANYCAST6_REPLY_AMBIGUOUS,
	ANYCAST6_REPLIES,
};

#define ANYCAST6_TALLY_KINDS	6
static_assert((int)ANYCAST6_MISSES <= ANYCAST6_TALLY_KINDS);
static_assert((int)ANYCAST6_REPLIES <= ANYCAST6_TALLY_KINDS);
static_assert((int)ANYCAST6_EVICT_KINDS <= ANYCAST6_TALLY_KINDS);

/**
 * struct anycast6_tally - one CPU's counters
 * @counts: by enum anycast6_miss, enum anycast6_reply, or enum
 *          anycast6_evict_grade
 */
struct anycast6_tally {
	unsigned long counts[ANYCAST6_TALLY_KINDS];
};

/**
 * anycast6_tally_add() - count one
 * @tally: the counters
 * @kind: of the enum that @tally is counted by
 *
 * Context: any.
 */
static inline void anycast6_tally_add(struct anycast6_tally __percpu *tally,
				      unsigned int kind)
{
	this_cpu_inc(tally->counts[kind]);
}

/**
 * anycast6_tally_read() - sum one kind up over all CPUs
 * @tally: the counters
 * @kind: of the enum that @tally is counted by
 *
 * Context: any.
 * Return: the sum.
 */
static inline unsigned long
anycast6_tally_read(struct anycast6_tally __percpu *tally, unsigned int kind)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(tally, cpu)->counts[kind]);
	return sum;
}

#endif
