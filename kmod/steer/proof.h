/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The proof that a flow is worth its room: it lasts. Knows when a flow began and
 * how many have it, not how far a flow is.
 */
#ifndef ANYCAST6_PROOF_H
#define ANYCAST6_PROOF_H

#include <linux/types.h>

struct anycast6_flow;
struct anycast6_flows;
struct anycast6_group;

u32 anycast6_proof_begin(void);
void anycast6_proof_load(struct anycast6_flows *flows,
			 struct anycast6_flow *flow,
			 const struct anycast6_group *group);
bool anycast6_proof_is_due(u32 state, u8 next);
u32 anycast6_proof_go_on(struct anycast6_flows *flows,
			 const struct anycast6_flow *flow, u32 state, u8 next);

#endif
