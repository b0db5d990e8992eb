/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packet counters that no two CPUs share.
 * Knows nothing of what is counted.
 */
#ifndef ANYCAST6_STATS_H
#define ANYCAST6_STATS_H

#include <linux/bottom_half.h>
#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>

/**
 * struct anycast6_stats - one CPU's counters
 * @packets: packets
 * @bytes: their bytes from the network header on
 * @syncp: makes 64-bit reads whole on 32-bit machines
 */
struct anycast6_stats {
	u64_stats_t packets;
	u64_stats_t bytes;
	struct u64_stats_sync syncp;
};

/**
 * struct anycast6_counts - a reading of counters over all CPUs
 * @packets: packets
 * @bytes: their bytes
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
 * @bytes: its length
 *
 * Context: any but hard interrupts; what nfnetlink_queue hands back comes from
 * a process.
 */
static inline void anycast6_stats_add(struct anycast6_stats __percpu *stats,
				      unsigned int bytes)
{
	struct anycast6_stats *s;

	local_bh_disable();
	s = this_cpu_ptr(stats);
	u64_stats_update_begin(&s->syncp);
	u64_stats_inc(&s->packets);
	u64_stats_add(&s->bytes, bytes);
	u64_stats_update_end(&s->syncp);
	local_bh_enable();
}

#endif
