// SPDX-License-Identifier: GPL-2.0
/*
 * Room for flows: who gives way to a new one in a full table. Looks at a few of
 * them only, and does not know what a flow is worth.
 */
#include <linux/minmax.h>

#include "lib/tally.h"
#include "object/group.h"
#include "object/member.h"
#include "steer/claim.h"
#include "steer/flow.h"
#include "steer/room.h"

/* How many flows are looked at, and in how many buckets at most. Three of four
 * flows may be lasting ones, which do not give way: all of so many are with a
 * chance of one percent.
 */
#define SAMPLE_FLOWS	16
#define SAMPLE_BUCKETS	64
/* How many flows give way to one at most: another CPU may take one that was
 * found, and a table that was made smaller has too many.
 */
#define EVICTIONS	2

/**
 * struct sample - the flows that are looked at
 * @max: for how many flows there is room
 * @addresses: how many addresses have flows, that of the flow which needs room among
 *             them
 * @rule: whether one gives way
 * @above: the address of the flow that needs room has more than its share
 * @left: how many flows may still be looked at
 * @room: that which gives way first of those that were looked at
 */
struct sample {
	u32 max;
	u32 addresses;
	anycast6_room_rule *rule;
	bool above;
	unsigned int left;
	struct anycast6_room *room;
};

static bool is_above(const struct sample *sample,
		     const struct anycast6_group *group)
{
	return anycast6_evict_is_above(atomic_read(&group->flows),
				       sample->addresses, sample->max);
}

static void read_facts(const struct sample *sample,
		       const struct anycast6_flow *flow,
		       const struct anycast6_member *member,
		       struct anycast6_evict_facts *facts)
{
	const struct anycast6_group *group = member->group;
	u32 state = READ_ONCE(flow->state);

	*facts = (struct anycast6_evict_facts) {
		.idle = jiffies_to_msecs(anycast6_flow_idle(flow)),
		.state = FIELD_GET(ANYCAST6_FLOW_STATE, state),
		.trust = FIELD_GET(ANYCAST6_FLOW_TRUST, state),
		.proto = flow->key.proto,
		.over = anycast6_claim_is_over(flow),
		.unclaimed = READ_ONCE(member->dead) ||
			     !READ_ONCE(group->remotes),
		.again = state & ANYCAST6_FLOW_AGAIN,
		.proven = !(state & ANYCAST6_FLOW_UNPROVEN),
		.above = is_above(sample, group),
		.loaded = state & ANYCAST6_FLOW_LOADED,
	};
}

static void look_at_flow(struct sample *sample, struct anycast6_flow *flow)
{
	const struct anycast6_member *member = rcu_dereference(flow->member);
	struct anycast6_evict_facts facts;

	/* it is being removed */
	if (!member)
		return;
	read_facts(sample, flow, member, &facts);
	if (!sample->rule(&facts, sample->above) ||
	    (sample->room->flow &&
	     anycast6_evict_compare(&facts, &sample->room->facts) >= 0))
		return;
	sample->room->flow = flow;
	sample->room->group = member->group;
	sample->room->facts = facts;
}

static void look_at_bucket(struct sample *sample, struct bucket_table *table,
			   unsigned int bucket)
{
	struct anycast6_flow *flow;
	struct rhash_head *head;

	rht_for_each_entry_rcu(flow, head, table, bucket, node) {
		if (!sample->left)
			return;
		sample->left--;
		look_at_flow(sample, flow);
	}
}

static void look_at_table(struct sample *sample, struct bucket_table *table,
			  unsigned int bucket)
{
	unsigned int i, buckets = min_t(unsigned int, table->size,
					SAMPLE_BUCKETS);

	for (i = 0; i < buckets && sample->left; i++)
		look_at_bucket(sample, table, (bucket + i) & (table->size - 1));
}

/**
 * anycast6_room_find() - find the flow that gives way to another one
 * @flows: the namespace's
 * @key: the other flow: who sends packets does not know which ones are near it
 * @group: the other flow's address
 * @rule: which flows give way
 * @room: result
 *
 * Context: RCU; any.
 * Return: false if none does of those that were looked at.
 */
bool anycast6_room_find(struct anycast6_flows *flows,
			const struct anycast6_flow_key *key,
			const struct anycast6_group *group,
			anycast6_room_rule *rule, struct anycast6_room *room)
{
	struct sample sample = {
		.max = READ_ONCE(*flows->max),
		.addresses = atomic_read(&flows->addresses) +
			     !atomic_read(&group->flows),
		.rule = rule,
		.left = SAMPLE_FLOWS,
		.room = room,
	};
	struct bucket_table *table;
	unsigned int bucket;

	sample.above = is_above(&sample, group);
	room->flow = NULL;
	table = rht_dereference_rcu(flows->table.tbl, &flows->table);
	/* while the table is being resized, some flows are in the next one */
	while (table && sample.left) {
		bucket = rht_key_hashfn(&flows->table, table, key,
					anycast6_flow_params);
		look_at_table(&sample, table, bucket);
		table = rht_dereference_rcu(table->future_tbl, &flows->table);
	}
	return room->flow;
}

/* Returns false if no flow has given way. */
static bool evict_flow(struct anycast6_flows *flows,
		       const struct anycast6_flow_key *key,
		       const struct anycast6_group *group)
{
	struct anycast6_room room;

	if (!anycast6_room_find(flows, key, group, anycast6_evict_yields,
				&room) ||
	    !anycast6_flow_remove(flows, room.flow))
		return false;
	/* relies on enum anycast6_evict_grade */
	anycast6_tally_add(room.group->evictions,
			   anycast6_evict_grade(&room.facts));
	return true;
}

static bool is_too_full(struct anycast6_flows *flows, unsigned int max)
{
	return (unsigned int)atomic_read(&flows->count) > max;
}

/**
 * anycast6_room_take() - count a new flow, another one gives way if need be
 * @flows: the namespace's
 * @key: the new flow
 * @group: its address
 *
 * Context: RCU; softirq or process.
 * Return: false if there is no room, and none gives way.
 */
bool anycast6_room_take(struct anycast6_flows *flows,
			const struct anycast6_flow_key *key,
			const struct anycast6_group *group)
{
	unsigned int max = READ_ONCE(*flows->max), i;
	bool has_place = false;

	if (!max)
		return false;
	if ((unsigned int)atomic_inc_return(&flows->count) <= max)
		return true;
	for (i = 0; i < EVICTIONS && is_too_full(flows, max); i++)
		if (evict_flow(flows, key, group))
			has_place = true;
	if (has_place || !is_too_full(flows, max))
		return true;
	atomic_dec(&flows->count);
	return false;
}
