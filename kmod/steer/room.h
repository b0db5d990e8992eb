/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Room for flows: who gives way to a new one in a full table. Looks at a few of
 * them only, and does not know what a flow is worth.
 */
#ifndef ANYCAST6_ROOM_H
#define ANYCAST6_ROOM_H

#include <linux/types.h>

#include "lib/evict.h"

struct anycast6_flow;
struct anycast6_flow_key;
struct anycast6_flows;
struct anycast6_group;

/**
 * struct anycast6_room - a flow that another one may take the place of
 * @flow: the flow, valid under RCU
 * @group: its address
 * @facts: what is known of the flow
 */
struct anycast6_room {
	struct anycast6_flow *flow;
	const struct anycast6_group *group;
	struct anycast6_evict_facts facts;
};

/**
 * typedef anycast6_room_rule - whether a flow gives way
 * @facts: what is known of it
 * @above: the address of the other one has more than its share
 */
typedef bool anycast6_room_rule(const struct anycast6_evict_facts *facts,
				bool above);

bool anycast6_room_find(struct anycast6_flows *flows,
			const struct anycast6_flow_key *key,
			const struct anycast6_group *group,
			anycast6_room_rule *rule, struct anycast6_room *room);
bool anycast6_room_take(struct anycast6_flows *flows,
			const struct anycast6_flow_key *key,
			const struct anycast6_group *group);

#endif
