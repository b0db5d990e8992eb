/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of what became of an address's packets, by kind; no two CPUs share
 * one. Knows nothing of packets.
 */
#ifndef ANYCAST6_TALLY_H
#define ANYCAST6_TALLY_H

#include <linux/build_bug.h>
#include <linux/percpu.h>

/* Packets that were not steered, or not remembered. */
enum anycast6_miss {
	/* no member is up and serves the source: routes decide */
	ANYCAST6_MISS_NO_MEMBER,
	/* the only way was back */
	ANYCAST6_MISS_LOOP,
	/* this node does not forward */
	ANYCAST6_MISS_FORWARDING,
	/* steered, but not remembered */
	ANYCAST6_MISS_UNPINNED,
	ANYCAST6_MISSES,
};

/* What this node sent in answer. */
enum anycast6_reply {
	/* left with another source than the one they had */
	ANYCAST6_REPLY_REWRITTEN,
	/* left as they were, because they could not be rewritten safely */
	ANYCAST6_REPLY_UNSAFE,
	/* of a flow that this node opened: not remembered, for the packet that
	 * came may have been forged
	 */
	ANYCAST6_REPLY_OWN,
	/* forgotten, or never remembered, for want of room */
	ANYCAST6_REPLY_FORGOTTEN,
	ANYCAST6_REPLIES,
};

#define ANYCAST6_TALLY_KINDS	4
static_assert((int)ANYCAST6_MISSES <= ANYCAST6_TALLY_KINDS);
static_assert((int)ANYCAST6_REPLIES <= ANYCAST6_TALLY_KINDS);

/**
 * struct anycast6_tally - one CPU's counters
 * @counts: by enum anycast6_miss, or by enum anycast6_reply
 */
struct anycast6_tally {
	unsigned long counts[ANYCAST6_TALLY_KINDS];
};

static inline void anycast6_tally_add(struct anycast6_tally __percpu *tally,
				      unsigned int kind)
{
	this_cpu_inc(tally->counts[kind]);
}

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
