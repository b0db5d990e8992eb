// SPDX-License-Identifier: GPL-2.0
/*
 * Flows: which member each has, so that it stays there.
 * Knows no packets, and not how a member is chosen.
 */
#include <linux/slab.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "object/group.h"
#include "object/member.h"
#include "steer/flow.h"

/* A flood of new flows may have this part of the table, no more. */
#define FRESH_PART	2
#define FLUSHES		2
/* A state beyond those of enum anycast6_flow_state. */
#define REMOVED		U8_MAX

static void free_flow(struct anycast6_flow *flow)
{
	struct anycast6_member *member;

	/* who moves it to another member at this moment, finds none to replace */
	member = unrcu_pointer(xchg(&flow->member, NULL));
	atomic_dec(&member->flows);
	anycast6_member_put(member);
	kfree_rcu(flow, rcu);
}

/**
 * anycast6_flows_init() - make an empty table
 * @flows: result
 * @max: where the limit is
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int anycast6_flows_init(struct anycast6_flows *flows, const unsigned int *max)
{
	flows->max = max;
	atomic_set(&flows->count, 0);
	atomic_set(&flows->fresh, 0);
	return rhashtable_init(&flows->table, &anycast6_flow_params);
}

static void free_entry(void *flow, void *arg)
{
	free_flow(flow);
}

/**
 * anycast6_flows_free() - free all flows
 * @flows: the table, which nobody reads any more
 *
 * Context: process.
 */
void anycast6_flows_free(struct anycast6_flows *flows)
{
	rhashtable_free_and_destroy(&flows->table, free_entry, NULL);
}

/**
 * anycast6_flow_idle() - since when a flow had no packet
 * @flow: the flow
 *
 * Context: any that keeps @flow.
 * Return: jiffies.
 */
u32 anycast6_flow_idle(const struct anycast6_flow *flow)
{
	u32 used = READ_ONCE(flow->used);
	s32 idle = (u32)jiffies - used;

	/* another CPU may be a tick ahead */
	return max(idle, 0);
}

/**
 * anycast6_flow_is_over() - whether a flow has been idle for too long
 * @flow: the flow
 *
 * Context: any that keeps @flow.
 */
bool anycast6_flow_is_over(const struct anycast6_flow *flow)
{
	return anycast6_flow_idle(flow) >
	       HZ * anycast6_track_timeout(flow->key.proto,
					   READ_ONCE(flow->state));
}

/* Returns whether the flow was in the old state, and is now in the new one. */
static bool set_flow_state(struct anycast6_flows *flows,
			   struct anycast6_flow *flow, u32 old, u32 state)
{
	if (cmpxchg(&flow->state, old, state) != old)
		return false;
	if (old == ANYCAST6_FLOW_STATE_NEW)
		atomic_dec(&flows->fresh);
	if (state == ANYCAST6_FLOW_STATE_NEW)
		atomic_inc(&flows->fresh);
	return true;
}

static void remove_flow(struct anycast6_flows *flows,
			struct anycast6_flow *flow)
{
	if (rhashtable_remove_fast(&flows->table, &flow->node,
				   anycast6_flow_params))
		return;
	/* who still has it must not count it as new again */
	while (!set_flow_state(flows, flow, READ_ONCE(flow->state), REMOVED))
		cpu_relax();
	atomic_dec(&flows->count);
	free_flow(flow);
}

static bool is_lost_flow(const struct anycast6_flow *flow)
{
	const struct anycast6_member *member = rcu_dereference(flow->member);

	return !member || READ_ONCE(member->dead) ||
	       !READ_ONCE(member->group->remotes) ||
	       anycast6_flow_is_over(flow);
}

/**
 * anycast6_flow_filter_passes() - whether a flow is meant
 * @filter: which ones are
 * @flow: the flow
 *
 * Context: any that keeps @flow.
 */
bool anycast6_flow_filter_passes(const struct anycast6_flow_filter *filter,
				 const struct anycast6_flow *flow)
{
	return (!filter->addr ||
		ipv6_addr_equal(filter->addr, &flow->key.destination)) &&
	       (!filter->domain || filter->domain == flow->key.domain);
}

/**
 * anycast6_flows_walk() - visit all flows
 * @flows: the namespace's
 * @visit: called under RCU for each of them, and may remove it; what it returns
 *         other than 0 ends the walk
 * @arg: handed to @visit
 *
 * Flows come and go meanwhile, and if the table grows, some are visited twice.
 *
 * Context: process.
 * Return: 0, or what @visit returned.
 */
int anycast6_flows_walk(struct anycast6_flows *flows,
			int (*visit)(struct anycast6_flows *flows,
				     struct anycast6_flow *flow, void *arg),
			void *arg)
{
	struct rhashtable_iter iter;
	struct anycast6_flow *flow;
	int ret = 0;

	rhashtable_walk_enter(&flows->table, &iter);
	rhashtable_walk_start(&iter);
	while (!ret && (flow = rhashtable_walk_next(&iter))) {
		/* the table grows: it is begun again */
		if (IS_ERR(flow)) {
			ret = PTR_ERR(flow) == -EAGAIN ? 0 : PTR_ERR(flow);
			continue;
		}
		ret = visit(flows, flow, arg);
		if (need_resched()) {
			rhashtable_walk_stop(&iter);
			cond_resched();
			rhashtable_walk_start(&iter);
		}
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	return ret;
}

static int expire_flow(struct anycast6_flows *flows, struct anycast6_flow *flow,
		       void *arg)
{
	if (is_lost_flow(flow))
		remove_flow(flows, flow);
	return 0;
}

static int flush_flow(struct anycast6_flows *flows, struct anycast6_flow *flow,
		      void *arg)
{
	if (anycast6_flow_filter_passes(arg, flow))
		remove_flow(flows, flow);
	return 0;
}

/**
 * anycast6_flows_expire() - forget idle flows, and those whose member is gone
 * @flows: the namespace's
 *
 * Context: process.
 */
void anycast6_flows_expire(struct anycast6_flows *flows)
{
	anycast6_flows_walk(flows, expire_flow, NULL);
}

/**
 * anycast6_flows_flush() - forget flows
 * @flows: the namespace's
 * @filter: which ones
 *
 * Context: process.
 */
void anycast6_flows_flush(struct anycast6_flows *flows,
			  const struct anycast6_flow_filter *filter)
{
	int i;

	/* a walk that pauses at what it removes may leave one out */
	for (i = 0; i < FLUSHES; i++)
		anycast6_flows_walk(flows, flush_flow, (void *)filter);
}

/* Who connects in the midst of a flood is remembered when the connection is
 * there: what goes on may have all of the table, if only for a while.
 */
static bool has_room(struct anycast6_flows *flows,
		     const struct anycast6_packet *packet)
{
	unsigned int max = READ_ONCE(*flows->max);

	if (atomic_read(&flows->count) >= max)
		return false;
	if (packet->key.proto == IPPROTO_TCP &&
	    !(packet->flags & ANYCAST6_TRACK_SYN))
		return true;
	return atomic_read(&flows->fresh) < max - max / FRESH_PART;
}

/**
 * anycast6_flow_pin() - let a flow have a member
 * @flows: the namespace's
 * @packet: its first packet
 * @member: the one chosen
 *
 * Context: RCU; softirq or process.
 * Return: false if it should be remembered, and is not: there is no room.
 */
bool anycast6_flow_pin(struct anycast6_flows *flows,
		       const struct anycast6_packet *packet,
		       struct anycast6_member *member)
{
	struct anycast6_flow *flow, *other;

	if (!anycast6_track_pins(packet->key.proto, packet->flags))
		return true;
	if (!has_room(flows, packet))
		return false;
	flow = kzalloc(sizeof(*flow), GFP_ATOMIC | __GFP_NOWARN);
	if (!flow)
		return false;
	if (!anycast6_member_get(member)) {
		kfree(flow);
		return false;
	}
	flow->key = packet->key;
	flow->used = jiffies;
	flow->state = ANYCAST6_FLOW_STATE_NEW;
	RCU_INIT_POINTER(flow->member, member);
	atomic_inc(&member->flows);

	/* first, so that who removes it finds it counted */
	atomic_inc(&flows->count);
	atomic_inc(&flows->fresh);
	other = rhashtable_lookup_get_insert_fast(&flows->table, &flow->node,
						  anycast6_flow_params);
	if (likely(!other))
		return true;

	/* another packet of it was quicker, or there is no memory */
	atomic_dec(&flows->fresh);
	atomic_dec(&flows->count);
	free_flow(flow);
	return !IS_ERR(other);
}

/**
 * anycast6_flow_move() - give a flow another member
 * @flow: the flow
 * @member: the one chosen
 *
 * Context: RCU; any.
 * Return: false if it has none of its own any more.
 */
bool anycast6_flow_move(struct anycast6_flow *flow,
			struct anycast6_member *member)
{
	struct anycast6_member *old = rcu_dereference(flow->member);

	if (old == member)
		return true;
	if (!old || !anycast6_member_get(member))
		return false;
	atomic_inc(&member->flows);
	if (unrcu_pointer(cmpxchg(&flow->member, RCU_INITIALIZER(old),
				  RCU_INITIALIZER(member))) == old) {
		atomic_dec(&old->flows);
		anycast6_member_put(old);
		return true;
	}
	/* another packet of it was quicker, or it ends */
	atomic_dec(&member->flows);
	anycast6_member_put(member);
	return true;
}

/**
 * anycast6_flow_go_on() - a packet of a flow that may change what is known of it
 * @flows: the namespace's
 * @flow: the flow
 * @flags: ANYCAST6_TRACK_* of the packet
 *
 * Context: RCU; any.
 * Return: false if the packet begins the flow anew.
 */
bool anycast6_flow_go_on(struct anycast6_flows *flows,
			 struct anycast6_flow *flow, u8 flags)
{
	u32 state = READ_ONCE(flow->state), next;
	u8 proto = flow->key.proto;
	bool restarts;

	restarts = anycast6_track_restarts(state, proto, flags) ||
		   anycast6_flow_is_over(flow);
	next = restarts ? ANYCAST6_FLOW_STATE_NEW :
			  anycast6_track_next(state, proto, flags);
	if (next != state && state != REMOVED)
		set_flow_state(flows, flow, state, next);
	WRITE_ONCE(flow->used, (u32)jiffies);
	return !restarts;
}
