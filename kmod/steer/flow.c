// SPDX-License-Identifier: GPL-2.0
/*
 * Flows: which member each has, so that it stays there. Knows of packets only
 * what was parsed, and not how a member is chosen.
 */
#include <linux/slab.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "lib/flow_key.h"
#include "object/group.h"
#include "object/member.h"
#include "steer/affinity.h"
#include "steer/claim.h"
#include "steer/flow.h"
#include "steer/flow_news.h"
#include "steer/proof.h"
#include "steer/room.h"

/* A member that has a flow keeps its address for it. */
static void add_to_member(struct anycast6_flows *flows,
			  struct anycast6_member *member)
{
	atomic_inc(&member->flows);
	if (atomic_inc_return(&member->group->flows) == 1)
		atomic_inc(&flows->addresses);
}

/* Drops the reference, too. */
static void take_from_member(struct anycast6_flows *flows,
			     struct anycast6_member *member)
{
	atomic_dec(&member->flows);
	if (atomic_dec_and_test(&member->group->flows))
		atomic_dec(&flows->addresses);
	anycast6_member_put(member);
}

static void free_flow(struct anycast6_flows *flows, struct anycast6_flow *flow)
{
	/* a concurrent anycast6_flow_move() must not put it, too */
	take_from_member(flows, unrcu_pointer(xchg(&flow->member, NULL)));
	kfree_rcu(flow, rcu);
}

/**
 * anycast6_flows_init() - make an empty table
 * @flows: result
 * @max: the sysctl that limits the flows
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int anycast6_flows_init(struct anycast6_flows *flows, const unsigned int *max)
{
	flows->max = max;
	RCU_INIT_POINTER(flows->news, NULL);
	atomic_set(&flows->count, 0);
	atomic_set(&flows->proven, 0);
	atomic_set(&flows->addresses, 0);
	return rhashtable_init(&flows->table, &anycast6_flow_params);
}

static void free_table_flow(void *flow, void *arg)
{
	free_flow(arg, flow);
}

/**
 * anycast6_flows_free() - free all flows
 * @flows: the table, after a grace period without readers
 *
 * Context: process.
 */
void anycast6_flows_free(struct anycast6_flows *flows)
{
	anycast6_flow_news_end(flows);
	rhashtable_free_and_destroy(&flows->table, free_table_flow, flows);
}

/**
 * anycast6_flow_idle() - for how long a flow had no packet
 * @flow: the flow
 *
 * Context: any that keeps @flow.
 * Return: jiffies, never negative.
 */
u32 anycast6_flow_idle(const struct anycast6_flow *flow)
{
	u32 used = READ_ONCE(flow->used);
	s32 idle = (u32)jiffies - used;

	/* another CPU may be a tick ahead */
	return max(idle, 0);
}

/**
 * anycast6_flow_timeout() - for how long a flow is remembered while it is idle
 * @flow: the flow
 *
 * Context: any that keeps @flow.
 * Return: s.
 */
unsigned int anycast6_flow_timeout(const struct anycast6_flow *flow)
{
	u32 state = READ_ONCE(flow->state);

	return anycast6_track_timeout(flow->key.proto,
				      FIELD_GET(ANYCAST6_FLOW_STATE, state),
				      FIELD_GET(ANYCAST6_FLOW_TRUST, state));
}

/**
 * anycast6_flow_is_over() - whether a flow has been idle for longer than
 * anycast6_track_timeout() allows
 * @flow: the flow
 *
 * Context: any that keeps @flow.
 */
bool anycast6_flow_is_over(const struct anycast6_flow *flow)
{
	return anycast6_flow_idle(flow) > HZ * anycast6_flow_timeout(flow);
}

/**
 * anycast6_flow_set_state() - change the state of a flow
 * @flows: the namespace's
 * @flow: the flow
 * @old: flow->state, as it was read
 * @state: the new one
 *
 * Context: RCU; any.
 * Return: false if another packet has changed the state meanwhile.
 */
bool anycast6_flow_set_state(struct anycast6_flows *flows,
			     struct anycast6_flow *flow, u32 old, u32 state)
{
	if (cmpxchg(&flow->state, old, state) != old)
		return false;
	if (!(old & ANYCAST6_FLOW_UNPROVEN))
		atomic_dec(&flows->proven);
	if (!(state & ANYCAST6_FLOW_UNPROVEN))
		atomic_inc(&flows->proven);
	return true;
}

/**
 * anycast6_flow_remove() - forget a flow
 * @flows: the namespace's
 * @flow: the flow; freed after a grace period
 *
 * Context: RCU; softirq or process.
 * Return: false if somebody else was quicker.
 */
bool anycast6_flow_remove(struct anycast6_flows *flows,
			  struct anycast6_flow *flow)
{
	u32 state;

	if (rhashtable_remove_fast(&flows->table, &flow->node,
				   anycast6_flow_params))
		return false;
	/* a reader that still has the flow must not prove it any more, which
	 * would count it in @proven: anycast6_flow_go_on() tests for this
	 */
	do {
		state = READ_ONCE(flow->state);
	} while (!anycast6_flow_set_state(flows, flow, state,
					  ANYCAST6_FLOW_REMOVED));
	/* nobody was told of it while it was new */
	if (FIELD_GET(ANYCAST6_FLOW_STATE, state) !=
	    ANYCAST6_FLOW_STATE_NEW)
		anycast6_flow_news_add(flows, flow, state);
	atomic_dec(&flows->count);
	free_flow(flows, flow);
	return true;
}

/**
 * anycast6_flow_filter_passes() - whether a filter selects a flow
 * @filter: the filter
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

/* Lets others run in the midst of a walk. If the flow where it pauses goes
 * meanwhile, it can't go on behind it, but the number of flows before it in its
 * bucket is another one: the bucket is walked again, as one might be left out.
 */
static void pause_walk(struct rhashtable_iter *iter)
	__must_hold(RCU)
{
	rhashtable_walk_stop(iter);
	cond_resched();
	rhashtable_walk_start(iter);
	if (!iter->p)
		iter->skip = 0;
}

/**
 * anycast6_flows_walk() - visit all flows
 * @flows: the namespace's
 * @visit: called under RCU for each of them, and may remove it; what it returns
 *         other than 0 ends the walk
 * @arg: handed to @visit
 *
 * Flows come and go meanwhile, and some may be visited twice. None is left out
 * that was there all the time.
 *
 * Context: process; may sleep between flows.
 * Return: 0, what @visit returned, or an error of rhashtable_walk_next().
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
		/* -EAGAIN: the table was resized, and the walk begins again */
		if (IS_ERR(flow)) {
			ret = PTR_ERR(flow) == -EAGAIN ? 0 : PTR_ERR(flow);
			continue;
		}
		ret = visit(flows, flow, arg);
		if (need_resched())
			pause_walk(&iter);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	return ret;
}

static int expire_flow(struct anycast6_flows *flows, struct anycast6_flow *flow,
		       void *arg)
{
	anycast6_claim_flow(arg, flow);
	if (anycast6_claim_is_over(flow))
		anycast6_flow_remove(flows, flow);
	else
		anycast6_affinity_refresh(flows, flow);
	return 0;
}

static int flush_flow(struct anycast6_flows *flows, struct anycast6_flow *flow,
		      void *arg)
{
	if (anycast6_flow_filter_passes(arg, flow))
		anycast6_flow_remove(flows, flow);
	return 0;
}

/**
 * anycast6_flows_expire() - forget flows that are over, and those that nobody
 * has claimed since their member went, or their address's last remote one
 * @flows: the namespace's
 * @an: the namespace
 *
 * Context: process.
 */
void anycast6_flows_expire(struct anycast6_flows *flows,
			   struct anycast6_net *an)
{
	anycast6_flows_walk(flows, expire_flow, an);
}

/**
 * anycast6_flows_flush() - forget flows
 * @flows: the namespace's
 * @filter: selects them
 *
 * Context: process.
 */
void anycast6_flows_flush(struct anycast6_flows *flows,
			  const struct anycast6_flow_filter *filter)
{
	anycast6_flows_walk(flows, flush_flow, (void *)filter);
}

/* Returns an ERR_PTR() without memory, or if the member is gone. */
static struct anycast6_flow *
allocate_flow(struct anycast6_flows *flows,
	      const struct anycast6_flow_image *image,
	      struct anycast6_member *member)
{
	struct anycast6_flow *flow;

	flow = kzalloc(sizeof(*flow), GFP_ATOMIC | __GFP_NOWARN);
	if (!flow)
		return ERR_PTR(-ENOMEM);
	if (!anycast6_member_get(member)) {
		kfree(flow);
		return ERR_PTR(-ESTALE);
	}
	anycast6_flow_begin(flow, image);
	RCU_INIT_POINTER(flow->member, member);
	add_to_member(flows, member);
	return flow;
}

/**
 * anycast6_flow_insert() - add a flow to the table
 * @flows: the namespace's
 * @image: what it begins as
 * @member: its member
 *
 * In a full table, another flow gives way.
 *
 * Context: RCU; softirq or process.
 * Return: 0; %-EEXIST if it is there already, %-ENOSPC if there is no room,
 * %-ESTALE if @member is gone, %-ENOMEM, or what
 * rhashtable_lookup_get_insert_fast() said.
 */
int anycast6_flow_insert(struct anycast6_flows *flows,
			 const struct anycast6_flow_image *image,
			 struct anycast6_member *member)
{
	bool proven = !(image->flags & ANYCAST6_FLOW_UNPROVEN);
	struct anycast6_flow *flow, *other;

	/* counted before others can find it: anycast6_flow_remove() subtracts */
	if (!anycast6_room_take(flows, image->key, member->group))
		return -ENOSPC;
	flow = allocate_flow(flows, image, member);
	if (IS_ERR(flow)) {
		atomic_dec(&flows->count);
		return PTR_ERR(flow);
	}
	if (proven)
		atomic_inc(&flows->proven);
	other = rhashtable_lookup_get_insert_fast(&flows->table, &flow->node,
						  anycast6_flow_params);
	if (likely(!other))
		return 0;

	/* another packet of the flow was quicker, or there is no memory */
	if (proven)
		atomic_dec(&flows->proven);
	atomic_dec(&flows->count);
	free_flow(flows, flow);
	return IS_ERR(other) ? PTR_ERR(other) : -EEXIST;
}

/**
 * anycast6_flow_pin() - remember the member of a flow
 * @flows: the namespace's
 * @packet: the first packet that was seen of the flow
 * @member: the member that was chosen
 *
 * Context: RCU; softirq or process.
 * Return: false if the flow should stay with its member, but there is no room
 * or no memory, or the member is gone.
 */
bool anycast6_flow_pin(struct anycast6_flows *flows,
		       const struct anycast6_packet *packet,
		       struct anycast6_member *member)
{
	struct anycast6_flow_image image = {
		.key = &packet->key,
		.used = jiffies,
	};
	int err;

	if (!anycast6_track_pins(packet->key.proto, packet->segment.flags) ||
	    anycast6_flow_key_fault(&packet->key))
		return true;
	image.flags = anycast6_proof_begin();
	anycast6_track_begin(&image.track, &packet->segment);
	err = anycast6_flow_insert(flows, &image, member);
	/* another packet of the flow was quicker */
	return !err || err == -EEXIST;
}

/**
 * anycast6_flow_hand_over() - give a flow another member, and tell nobody
 * @flows: the namespace's
 * @flow: the flow
 * @member: the member: in the place of its own, or as another router said
 *
 * Context: RCU; any.
 * Return: false if the flow has ended, or @member is gone.
 */
bool anycast6_flow_hand_over(struct anycast6_flows *flows,
			     struct anycast6_flow *flow,
			     struct anycast6_member *member)
{
	struct anycast6_member *old = rcu_dereference(flow->member);

	if (old == member)
		return true;
	if (!old || !anycast6_member_get(member))
		return false;
	add_to_member(flows, member);
	if (unrcu_pointer(cmpxchg(&flow->member, RCU_INITIALIZER(old),
				  RCU_INITIALIZER(member))) == old) {
		take_from_member(flows, old);
		return true;
	}
	/* another packet of the flow was quicker, or free_flow() was */
	take_from_member(flows, member);
	return true;
}

/**
 * anycast6_flow_move() - give a flow the member that was chosen for it
 * @flows: the namespace's
 * @flow: the flow
 * @member: the member
 *
 * Context: RCU; any.
 * Return: as anycast6_flow_hand_over().
 */
bool anycast6_flow_move(struct anycast6_flows *flows,
			struct anycast6_flow *flow,
			struct anycast6_member *member)
{
	bool moves = rcu_access_pointer(flow->member) != member;
	u32 state = READ_ONCE(flow->state);

	if (!anycast6_flow_hand_over(flows, flow, member))
		return false;
	/* nobody is told of it while it is new */
	if (moves && FIELD_GET(ANYCAST6_FLOW_STATE, state) !=
		     ANYCAST6_FLOW_STATE_NEW)
		anycast6_flow_news_add(flows, flow, state);
	return true;
}
