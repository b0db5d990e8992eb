/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of what was not steered, for an address; no two CPUs share one.
 * Knows nothing of packets.
 */
#ifndef ANYCAST6_MISSES_H
#define ANYCAST6_MISSES_H

#include <linux/percpu.h>

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

/**
 * struct anycast6_misses - one CPU's counters
 * @counts: by enum anycast6_miss
 */
struct anycast6_misses {
	unsigned long counts[ANYCAST6_MISSES];
};

static inline void anycast6_miss(struct anycast6_misses __percpu *misses,
				 enum anycast6_miss miss)
{
	this_cpu_inc(misses->counts[miss]);
}

static inline unsigned long
anycast6_misses_read(struct anycast6_misses __percpu *misses,
		     enum anycast6_miss miss)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(misses, cpu)->counts[miss]);
	return sum;
}

#endif
