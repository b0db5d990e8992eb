/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Affinity: all that a source sends to an address stays together, where that is
 * configured. What stands for it in the table of flows is a flow without
 * protocol and ports. Knows when there is one, not what follows from it.
 */
#ifndef ANYCAST6_AFFINITY_H
#define ANYCAST6_AFFINITY_H

#include <linux/types.h>

struct anycast6_flow;
struct anycast6_flows;
struct anycast6_group;
struct anycast6_member;
struct anycast6_packet;

struct anycast6_flow *
anycast6_affinity_find(struct anycast6_flows *flows,
		       const struct anycast6_group *group,
		       const struct anycast6_packet *packet);
void anycast6_affinity_use(struct anycast6_flows *flows,
			   struct anycast6_flow *source);
bool anycast6_affinity_keep(struct anycast6_flows *flows,
			    const struct anycast6_group *group,
			    const struct anycast6_packet *packet,
			    struct anycast6_member *member);
void anycast6_affinity_refresh(struct anycast6_flows *flows,
			       const struct anycast6_flow *flow);

#endif
