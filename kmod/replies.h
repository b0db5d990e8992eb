/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of what this node sent in answer to packets to an address; no two
 * CPUs share one. Knows nothing of packets.
 */
#ifndef ANYCAST6_REPLIES_H
#define ANYCAST6_REPLIES_H

#include <linux/percpu.h>

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

/**
 * struct anycast6_replies - one CPU's counters
 * @counts: by enum anycast6_reply
 */
struct anycast6_replies {
	unsigned long counts[ANYCAST6_REPLIES];
};

static inline void anycast6_replies_count(struct anycast6_replies __percpu *replies,
					  enum anycast6_reply reply)
{
	this_cpu_inc(replies->counts[reply]);
}

static inline unsigned long
anycast6_replies_read(struct anycast6_replies __percpu *replies,
		      enum anycast6_reply reply)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(replies, cpu)->counts[reply]);
	return sum;
}

#endif
