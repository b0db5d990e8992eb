/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of packets and bytes, one pair for each CPU.
 * Knows nothing of the packets.
 */
#ifndef ANYCAST6_STATS_H
#define ANYCAST6_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

/**
 * struct anycast6_stats - one CPU's counters
 * @packets: packets
 * @bytes: their bytes from the network header on
 */
struct anycast6_stats {
	u64 packets;
	u64 bytes;
};

/**
 * struct anycast6_counts - sums over the counters of all CPUs
 * @packets: packets
 * @bytes: their bytes from the network header on
 */
struct anycast6_counts {
	u64 packets;
	u64 bytes;
};

struct anycast6_stats __percpu *anycast6_stats_alloc(gfp_t gfp);
void anycast6_stats_read(const struct anycast6_stats __percpu *stats,
			 struct anycast6_counts *counts);

/**
 * anycast6_stats_add() - count one packet
 * @stats: the counters
 * @bytes: its length from the network header on
 *
 * Context: any. Packets that nfnetlink_queue hands back come in process
 * context, hence this_cpu_*().
 */
static inline void anycast6_stats_add(struct anycast6_stats __percpu *stats,
				      unsigned int bytes)
{
	this_cpu_inc(stats->packets);
	this_cpu_add(stats->bytes, bytes);
}

#endif
