// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of packets and bytes, one pair for each CPU.
 * Knows nothing of the packets.
 */
#include "lib/stats.h"

/**
 * anycast6_stats_alloc() - allocate counters for every CPU, all 0
 * @gfp: allocation flags
 *
 * Context: process.
 * Return: counters for free_percpu(), or NULL without memory.
 */
struct anycast6_stats __percpu *anycast6_stats_alloc(gfp_t gfp)
{
	return alloc_percpu_gfp(struct anycast6_stats, gfp);
}

/**
 * anycast6_stats_read() - sum counters up
 * @stats: the counters
 * @counts: the sums are added to these
 *
 * Context: any.
 */
void anycast6_stats_read(const struct anycast6_stats __percpu *stats,
			 struct anycast6_counts *counts)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct anycast6_stats *s = per_cpu_ptr(stats, cpu);

		counts->packets += READ_ONCE(s->packets);
		counts->bytes += READ_ONCE(s->bytes);
	}
}
