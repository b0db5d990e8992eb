/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Members that refuse a packet of their flow: what becomes of the flow, by what is
 * known of both. Knows neither who would get the packet instead, nor what a flow
 * remembers of it.
 */
#ifndef ANYCAST6_REFUSAL_H
#define ANYCAST6_REFUSAL_H

#include "lib/stay.h"

struct anycast6_flow;
struct anycast6_group;
struct anycast6_member;
struct anycast6_net;
struct anycast6_transit;

enum anycast6_stay anycast6_refusal_weigh(struct anycast6_net *an,
					  struct anycast6_flow *flow,
					  struct anycast6_member *member,
					  const struct anycast6_group *group,
					  struct anycast6_transit *transit);
enum anycast6_stay anycast6_refusal_foresee(struct anycast6_net *an,
					    const struct anycast6_flow *flow,
					    struct anycast6_member *member,
					    struct anycast6_transit *transit,
					    u32 *left);

#endif
