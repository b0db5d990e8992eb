// SPDX-License-Identifier: GPL-2.0
/*
 * The proof that a flow is worth its room: it lasts. Knows when a flow began and
 * how many have it, not how far a flow is.
 */
#include "lib/evict.h"
#include "object/member.h"
#include "steer/flow.h"
#include "steer/proof.h"
#include "steer/room.h"

/* What ANYCAST6_FLOW_BORN counts in: a quarter of a second. */
#define BORN_UNIT	(HZ / 4)
#define BORN_MSEC	(MSEC_PER_SEC / 4)

/**
 * anycast6_proof_begin() - a flow begins, or begins anew
 *
 * Context: any.
 * Return: what flow->state has beyond its track.
 */
u32 anycast6_proof_begin(void)
{
	return ANYCAST6_FLOW_UNPROVEN |
	       FIELD_PREP(ANYCAST6_FLOW_BORN,
			  ((u32)jiffies / BORN_UNIT) &
			  FIELD_MAX(ANYCAST6_FLOW_BORN));
}

/* Lets a flow that is proven be taken for one that is not, as another one is worth
 * more. Returns false if none is found.
 */
static bool demote_flow(struct anycast6_flows *flows,
			const struct anycast6_flow_key *key,
			const struct anycast6_group *group)
{
	struct anycast6_room room;
	u32 state;

	if (!anycast6_room_find(flows, key, group, anycast6_evict_hands_over,
				&room))
		return false;
	state = READ_ONCE(room.flow->state);
	return !(state & ANYCAST6_FLOW_UNPROVEN) &&
	       anycast6_flow_set_state(flows, room.flow, state,
				       state | anycast6_proof_begin());
}

/* Returns whether one more flow may be proven, without another that is proven no
 * more.
 */
static bool has_proof_left(const struct anycast6_flows *flows)
{
	u32 most = anycast6_evict_most_proven(READ_ONCE(*flows->max));

	return (unsigned int)atomic_read(&flows->proven) < most;
}

/**
 * anycast6_proof_load() - a flow that was loaded has lasted elsewhere
 * @flows: the namespace's
 * @flow: the flow; proven now, unless there are too many
 * @group: its address
 *
 * Context: RCU; any.
 */
void anycast6_proof_load(struct anycast6_flows *flows,
			 struct anycast6_flow *flow,
			 const struct anycast6_group *group)
{
	u32 state = READ_ONCE(flow->state);

	if (state == ANYCAST6_FLOW_REMOVED ||
	    !(state & ANYCAST6_FLOW_UNPROVEN))
		return;
	/* a packet that came meanwhile may prove it by itself */
	if (has_proof_left(flows) || demote_flow(flows, &flow->key, group))
		anycast6_flow_set_state(flows, flow, state,
					state & ~ANYCAST6_FLOW_PROOF);
}

/* Returns whether a flow that has lasted for long enough is proven now. */
static bool prove_flow(struct anycast6_flows *flows,
		       const struct anycast6_flow *flow)
{
	const struct anycast6_member *member = rcu_dereference(flow->member);

	if (likely(has_proof_left(flows)))
		return true;
	/* not with each packet: it takes a while to look for another one */
	return member && READ_ONCE(flow->used) != (u32)jiffies &&
	       demote_flow(flows, &flow->key, member->group);
}

/* Returns whether a flow has lasted for long enough. */
static bool lasts_long_enough(u32 state, u8 next)
{
	u32 born = FIELD_GET(ANYCAST6_FLOW_BORN, state), age;

	age = ((u32)jiffies / BORN_UNIT - born) & FIELD_MAX(ANYCAST6_FLOW_BORN);
	return anycast6_evict_proves(next, age * BORN_MSEC);
}

/**
 * anycast6_proof_is_due() - whether the proof of a flow changes by one more packet
 * @state: flow->state, as it was read
 * @next: enum anycast6_flow_state, with the packet
 *
 * Context: any.
 */
bool anycast6_proof_is_due(u32 state, u8 next)
{
	if (likely(!(state & ANYCAST6_FLOW_UNPROVEN)))
		return false;
	if (next == ANYCAST6_FLOW_STATE_NEW)
		return !(state & ANYCAST6_FLOW_AGAIN);
	return lasts_long_enough(state, next);
}

/**
 * anycast6_proof_go_on() - one more packet of a flow comes
 * @flows: the namespace's
 * @flow: the flow
 * @state: flow->state, as it was read
 * @next: enum anycast6_flow_state, with the packet
 *
 * Context: RCU; any.
 * Return: what flow->state has beyond its track.
 */
u32 anycast6_proof_go_on(struct anycast6_flows *flows,
			 const struct anycast6_flow *flow, u32 state, u8 next)
{
	u32 proof = state & ANYCAST6_FLOW_PROOF;

	if (!proof)
		return 0;
	if (next == ANYCAST6_FLOW_STATE_NEW)
		return proof | ANYCAST6_FLOW_AGAIN;
	return lasts_long_enough(state, next) && prove_flow(flows, flow) ? 0 : proof;
}
