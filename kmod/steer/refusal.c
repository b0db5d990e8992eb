// SPDX-License-Identifier: GPL-2.0
/*
 * Members that refuse a packet of their flow: what becomes of the flow, by what is
 * known of both. Knows neither who would get the packet instead, nor what a flow
 * remembers of it.
 */
#include <linux/in.h>
#include <linux/skbuff.h>

#include <uapi/linux/anycast6.h>

#include "lib/history.h"
#include "lib/stay.h"
#include "lib/track.h"
#include "net.h"
#include "object/member.h"
#include "steer/choice.h"
#include "steer/claim.h"
#include "steer/flow.h"
#include "steer/refusal.h"
#include "way/nexthop.h"

/* Returns whether there is a way to a remote member, but not for this packet. */
static bool is_denied(struct anycast6_member *member,
		      const struct anycast6_transit *transit)
{
	struct anycast6_way way = {};

	if (!member->nexthop ||
	    transit->refusal == ANYCAST6_VERDICT_FORWARDING)
		return member->nexthop;
	return anycast6_path_find_plainly(transit->net, &member->nexthop->slot,
					  &transit->packet.key, transit->skb,
					  &way);
}

/* Fills what says whether a segment may be answered by an RST. What stands for all
 * that a source sends is no connection, nor is an error.
 */
static void collect_segment(struct anycast6_net *an,
			    const struct anycast6_flow *flow,
			    const struct anycast6_transit *transit,
			    struct anycast6_stay_facts *facts)
{
	const struct anycast6_segment *segment = &transit->packet.segment;

	facts->resets = READ_ONCE(an->flow_reset) &&
			flow->key.proto == IPPROTO_TCP &&
			transit->packet.kind == ANYCAST6_PACKET_FLOW &&
			transit->skb->pkt_type == PACKET_HOST;
	facts->opens = segment->flags & (ANYCAST6_TRACK_SYN |
					 ANYCAST6_TRACK_RST);
	facts->near = anycast6_track_is_near(READ_ONCE(flow->next),
					     segment->end);
	facts->witnessed = FIELD_GET(ANYCAST6_FLOW_TRUST,
				     READ_ONCE(flow->state)) ==
			   ANYCAST6_TRUST_WITNESSED;
}

/* Fills all that is known of a flow whose member has refused a packet. */
static void collect_facts(struct anycast6_net *an,
			  const struct anycast6_flow *flow,
			  struct anycast6_member *member,
			  struct anycast6_transit *transit,
			  struct anycast6_stay_facts *facts)
{
	/* pairs with set_member_state() in reconcile/address.c */
	u8 state = smp_load_acquire(&member->state);
	/* the same: only then since when the member is gone */
	u8 reason = smp_load_acquire(&member->reason);

	*facts = (struct anycast6_stay_facts) {
		.gone = anycast6_history_absence(&member->history),
		.waited = anycast6_flow_waited(flow),
		.grace = READ_ONCE(an->flow_grace),
		.flow_state = anycast6_flow_state(flow),
		.proto = transit->packet.key.proto,
		.remote = member->nexthop,
		.used = anycast6_history_was_used(&member->history),
		.denied = is_denied(member, transit),
		.state = state,
		.reason = reason,
		.refusal = transit->refusal,
	};

	if (facts->reason == ANYCAST6_REASON_HOLD)
		facts->reaches = !anycast6_choice_reach(member, transit);
	collect_segment(an, flow, transit, facts);
}

/* Returns what becomes of a flow whose member has refused a packet, by what is
 * known of the member. This is the caller's, who has read it once: the flow may lose
 * it at any moment.
 */
static enum anycast6_stay weigh_refusal(struct anycast6_net *an,
					struct anycast6_flow *flow,
					struct anycast6_member *member,
					struct anycast6_transit *transit)
{
	struct anycast6_stay_facts facts;
	enum anycast6_stay stay;

	if (!transit->refusal || !member || READ_ONCE(member->dead))
		return ANYCAST6_STAY_MOVES;
	collect_facts(an, flow, member, transit, &facts);
	stay = anycast6_stay_decide(&facts);
	if (stay == ANYCAST6_STAY_GOES_ON)
		return stay;
	anycast6_way_drop(&transit->way);
	if ((stay == ANYCAST6_STAY_WAITS || stay == ANYCAST6_STAY_DETOURS) &&
	    transit->refusal != ANYCAST6_VERDICT_LOOP)
		anycast6_flow_wait(flow);
	return stay;
}

/**
 * anycast6_refusal_foresee() - what becomes of a flow whose member refuses a packet
 * @an: the namespace
 * @flow: the flow
 * @member: its member, which is not dead
 * @transit: the packet, not sent, with the reason why @member refuses it; may get
 *           its way to @member all the same
 * @left: result: for how long the flow still waits, if it does, ms
 *
 * Context: RCU; any.
 */
enum anycast6_stay anycast6_refusal_foresee(struct anycast6_net *an,
					    const struct anycast6_flow *flow,
					    struct anycast6_member *member,
					    struct anycast6_transit *transit,
					    u32 *left)
{
	struct anycast6_stay_facts facts;

	collect_facts(an, flow, member, transit, &facts);
	*left = anycast6_stay_left(&facts);
	return anycast6_stay_decide(&facts);
}

/**
 * anycast6_refusal_weigh() - what becomes of a flow whose member has refused a
 * packet, or of a packet whose flow is not known
 * @an: the namespace
 * @flow: the flow, or NULL
 * @member: its member, or NULL
 * @group: the address
 * @transit: the packet, with the reason why the member refuses it; keeps its way
 *           only if the flow goes on
 *
 * Context: RCU; any.
 */
enum anycast6_stay anycast6_refusal_weigh(struct anycast6_net *an,
					  struct anycast6_flow *flow,
					  struct anycast6_member *member,
					  const struct anycast6_group *group,
					  struct anycast6_transit *transit)
{
	enum anycast6_stay stay = weigh_refusal(an, flow, member, transit);
	enum anycast6_stay claim;

	if (stay != ANYCAST6_STAY_MOVES && stay != ANYCAST6_STAY_RESETS)
		return stay;
	claim = anycast6_claim_stay(an, flow, group, transit);
	return claim == ANYCAST6_STAY_MOVES ? stay : claim;
}
