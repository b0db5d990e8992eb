/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows whose member is gone, and may be configured again: who claims them, for
 * how long, and what becomes of their packets meanwhile. Does not know how a
 * member comes and goes.
 */
#ifndef ANYCAST6_CLAIM_H
#define ANYCAST6_CLAIM_H

#include <linux/jiffies.h>

#include "lib/stay.h"

struct anycast6_flow;
struct anycast6_group;
struct anycast6_member;
struct anycast6_net;
struct anycast6_transit;

/* For how long flows outlive their member, and those of an address its last
 * remote member: longer than somebody needs to configure it anew.
 */
#define ANYCAST6_CLAIM_TIME	(60 * HZ)

struct anycast6_member *anycast6_claim_flow(struct anycast6_net *an,
					    struct anycast6_flow *flow);
bool anycast6_claim_is_over(const struct anycast6_flow *flow);
struct anycast6_member *
anycast6_claim_member(struct anycast6_net *an, struct anycast6_flow *flow,
		      struct anycast6_transit *transit);
enum anycast6_stay
anycast6_claim_stay(struct anycast6_net *an, const struct anycast6_flow *flow,
		    const struct anycast6_group *group,
		    const struct anycast6_transit *transit);
u32 anycast6_claim_left(const struct anycast6_net *an,
			const struct anycast6_flow *flow,
			const struct anycast6_group *group);

#endif
