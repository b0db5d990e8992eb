/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which flows there are at one time, for those who look at them later, one by
 * one. Knows their keys only, and not who asks.
 */
#ifndef ANYCAST6_FLOW_SNAPSHOT_H
#define ANYCAST6_FLOW_SNAPSHOT_H

#include "lib/packet.h"

struct anycast6_flow_filter;
struct anycast6_flows;

/**
 * struct anycast6_flow_snapshot - which flows there were
 * @n: how many
 * @room: for how many there is room in @keys
 * @keys: the flows; one may be there twice, and may have ended since
 */
struct anycast6_flow_snapshot {
	unsigned int n;
	unsigned int room;
	struct anycast6_flow_key keys[];
};

struct anycast6_flow_snapshot *
anycast6_flow_snapshot_take(struct anycast6_flows *flows,
			    const struct anycast6_flow_filter *filter);

#endif
