// SPDX-License-Identifier: GPL-2.0
/*
 * The member of a packet by its flow: who gets the packet, and, once it has
 * passed the filters, what its flow remembers. Knows flows, choices and the
 * sockets of this node, not the hooks that ask.
 */
#include <linux/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "kernel/socket.h"
#include "lib/history.h"
#include "lib/stay.h"
#include "lib/tally.h"
#include "lib/track.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "object/pinning.h"
#include "steer/affinity.h"
#include "steer/pin.h"
#include "steer/reset.h"
#include "way/nexthop.h"

/**
 * anycast6_pin_group() - find the address that a packet is to
 * @an: the namespace
 * @key: the packet's flow
 *
 * Context: RCU.
 * Return: the address if it has remote members, else NULL.
 */
struct anycast6_group *
anycast6_pin_group(struct anycast6_net *an, const struct anycast6_flow_key *key)
{
	const struct anycast6_key address = {
		.addr = key->destination,
		.domain = key->domain,
	};
	struct anycast6_group *group = anycast6_group_find(an, &address);

	/* pairs with steer_group() in reconcile/attach.c */
	return group && smp_load_acquire(&group->remotes) ? group : NULL;
}

/* ---- who gets the packet ---- */

/* Returns whether a socket of this node has the connection that a packet is of. */
static bool has_connection(const struct anycast6_transit *transit)
{
	const struct anycast6_packet *packet = &transit->packet;
	const struct anycast6_socket_query query = {
		.source = &packet->key.source,
		.destination = &packet->key.destination,
		.sport = packet->key.sport,
		.dport = packet->key.dport,
		.dif = inet6_iif(transit->skb),
		.sdif = inet6_sdif(transit->skb),
		.proto = IPPROTO_TCP,
		.opens = packet->segment.flags & ANYCAST6_TRACK_SYN,
	};

	return anycast6_socket_has_connection(transit->net, &query);
}

static struct anycast6_member *find_local(const struct anycast6_group *group)
{
	struct anycast6_member *member;

	list_for_each_entry_rcu(member, &group->members, node)
		if (!member->nexthop)
			return member;
	return NULL;
}

/* Returns the local member, if this node has the connection that the packet is
 * of: whatever is nearer, and whatever the flow table has forgotten, any other
 * node would reset it.
 */
static struct anycast6_member *
find_owner(const struct anycast6_group *group,
	   const struct anycast6_transit *transit)
{
	if (likely(!READ_ONCE(group->locals)) || !transit->iif ||
	    transit->packet.key.proto != IPPROTO_TCP ||
	    !anycast6_pin_has_flow(&transit->packet) ||
	    !has_connection(transit))
		return NULL;
	return find_local(group);
}

/* Returns whether there is a way to a remote member, but not for this packet. */
static bool is_denied(struct anycast6_member *member,
		      const struct anycast6_transit *transit)
{
	struct anycast6_way way = {};

	if (!member->nexthop ||
	    transit->refusal == ANYCAST6_VERDICT_FORWARDING)
		return member->nexthop;
	return anycast6_path_find_plainly(transit->net, &member->nexthop->slot,
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
		.denied = is_denied(member, transit),
		.state = state,
		.reason = reason,
		.refusal = transit->refusal,
	};

	if (facts->reason == ANYCAST6_REASON_HOLD)
		facts->reaches = !anycast6_choice_reach(member, transit);
	collect_segment(an, flow, transit, facts);
}

/* Returns what becomes of a flow whose member has refused a packet. The member is
 * the caller's, who has read it once: the flow may lose it at any moment.
 */
static enum anycast6_stay stay_or_move(struct anycast6_net *an,
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
 * anycast6_pin_foresee() - what becomes of a flow whose member refuses a packet
 * @an: the namespace
 * @flow: the flow
 * @member: its member, which is not dead
 * @transit: the packet, not sent, with the reason why @member refuses it; may get
 *           its way to @member all the same
 * @left: result: for how long the flow still waits, if it does, ms
 *
 * Context: RCU; any.
 */
enum anycast6_stay anycast6_pin_foresee(struct anycast6_net *an,
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

/* Asks the member that the packet's source has, where all that a source sends
 * stays together. Returns %ANYCAST6_STAY_GOES_ON if it takes the packet, and
 * %ANYCAST6_STAY_MOVES if there is none, or the source is to get another.
 */
static enum anycast6_stay follow_source(struct anycast6_router *router,
					struct anycast6_group *group,
					struct anycast6_transit *transit,
					struct anycast6_member **member)
{
	struct anycast6_flow *source;

	source = anycast6_affinity_find(&router->flows, group,
					&transit->packet);
	*member = source ? rcu_dereference(source->member) : NULL;
	if (!*member)
		return ANYCAST6_STAY_MOVES;
	transit->refusal = anycast6_choice_refusal(*member, transit);
	return transit->refusal ?
	       stay_or_move(router->an, source, *member, transit) :
	       ANYCAST6_STAY_GOES_ON;
}

/* Finds a member for a packet whose flow has none, or is to get another. Returns
 * false if it is to wait for the one that its source has.
 */
static noinline bool choose_member(struct anycast6_router *router,
				   struct anycast6_group *group,
				   struct anycast6_transit *transit,
				   struct anycast6_member **member)
{
	enum anycast6_stay stay = ANYCAST6_STAY_GOES_ON;

	transit->pends = true;
	*member = find_owner(group, transit);
	if (!*member)
		stay = follow_source(router, group, transit, member);
	/* if the packet came from there, a new connection waits in vain */
	if (stay == ANYCAST6_STAY_WAITS &&
	    transit->refusal != ANYCAST6_VERDICT_LOOP)
		return false;
	if (stay != ANYCAST6_STAY_GOES_ON)
		*member = anycast6_choice_make(group, transit);
	/* datagrams are to come back, as their source does */
	if (stay == ANYCAST6_STAY_DETOURS)
		transit->pends = false;
	return true;
}

static bool is_unpinned(const struct anycast6_group *group,
			const struct anycast6_packet *packet)
{
	return anycast6_pinning_excludes(&group->pinning, packet->key.proto,
					 ntohs(packet->key.dport));
}

/* Returns whether anything is to be remembered of a packet: its flow, or its
 * source.
 */
static bool leaves_trace(const struct anycast6_flow *flow,
			 const struct anycast6_group *group,
			 const struct anycast6_packet *packet)
{
	if (packet->kind == ANYCAST6_PACKET_FLOW)
		return flow || !is_unpinned(group, packet);
	return packet->kind == ANYCAST6_PACKET_OTHER &&
	       anycast6_pinning_by_source(&group->pinning);
}

static void count_absence(const struct anycast6_group *group,
			  const struct anycast6_member *member)
{
	if (!member)
		anycast6_tally_add(group->misses, ANYCAST6_MISS_NO_MEMBER);
}

/* As stay_or_move(), but whatever member a connection has lost: if this node has
 * it, it is not lost.
 */
static enum anycast6_stay
stay_or_find(struct anycast6_router *router, struct anycast6_flow *flow,
	     struct anycast6_member *member,
	     const struct anycast6_group *group,
	     struct anycast6_transit *transit)
{
	enum anycast6_stay stay = stay_or_move(router->an, flow, member,
					       transit);

	if (stay == ANYCAST6_STAY_RESETS && find_owner(group, transit))
		return ANYCAST6_STAY_MOVES;
	return stay;
}

/* Counts why a packet is dropped: it waits for its member, or was answered. */
static void count_loss(const struct anycast6_group *group,
		       const struct anycast6_transit *transit, bool answered)
{
	enum anycast6_miss kind = ANYCAST6_MISS_WAITING;

	if (answered)
		kind = ANYCAST6_MISS_RESET;
	else if (transit->looped)
		kind = ANYCAST6_MISS_LOOP;
	anycast6_tally_add(group->misses, kind);
}

/**
 * anycast6_pin_seek() - find a member for a packet that has none by its flow
 * @router: the namespace's
 * @flow: the flow, or NULL
 * @group: the address
 * @transit: the packet, after anycast6_pin_find(); gets its way to the member
 * @member: result: the member, or NULL if there is none
 *
 * Context: RCU.
 * Return: false if the packet is to be dropped, so that its flow stays.
 */
noinline bool anycast6_pin_seek(struct anycast6_router *router,
				struct anycast6_flow *flow,
				struct anycast6_group *group,
				struct anycast6_transit *transit,
				struct anycast6_member **member)
{
	struct anycast6_member *old;
	bool answered = false;

	old = flow ? rcu_dereference(flow->member) : NULL;
	switch (stay_or_find(router, flow, old, group, transit)) {
	case ANYCAST6_STAY_MOVES:
		if (!choose_member(router, group, transit, member))
			break;
		transit->pends &= *member &&
				  leaves_trace(flow, group, &transit->packet);
		count_absence(group, *member);
		return true;
	case ANYCAST6_STAY_DETOURS:
		*member = anycast6_choice_make(group, transit);
		count_absence(group, *member);
		transit->pends = false;
		return true;
	case ANYCAST6_STAY_GOES_ON:
		*member = old;
		return true;
	case ANYCAST6_STAY_RESETS:
		answered = anycast6_reset_answer(router, transit);
		break;
	case ANYCAST6_STAY_WAITS:
		break;
	}
	count_loss(group, transit, answered);
	return false;
}

/* ---- what its flow remembers ---- */

/* Returns whether a packet still may take a flow away from its member: since that
 * was decided, other packets may have passed the filters.
 */
static bool may_leave(struct anycast6_router *router,
		      struct anycast6_flow *flow, struct anycast6_member *old,
		      struct anycast6_transit *transit)
{
	enum anycast6_stay stay = ANYCAST6_STAY_WAITS;

	if (!old || anycast6_flow_step(flow, &transit->packet.segment) ==
		    ANYCAST6_STEP_BEGINS)
		return true;
	transit->refusal = anycast6_choice_refusal(old, transit);
	if (transit->refusal)
		stay = stay_or_move(router->an, flow, old, transit);
	anycast6_way_drop(&transit->way);
	/* it was not answered: this node has the connection, or the sysctl was
	 * set meanwhile
	 */
	return stay == ANYCAST6_STAY_MOVES || stay == ANYCAST6_STAY_RESETS;
}

static void remember_flow(struct anycast6_router *router,
			  struct anycast6_flow *flow,
			  const struct anycast6_transit *transit,
			  struct anycast6_member *member)
{
	const struct anycast6_packet *packet = &transit->packet;

	if (packet->kind != ANYCAST6_PACKET_FLOW)
		return;
	if (flow) {
		anycast6_flow_go_on(&router->flows, flow, &packet->segment);
		if (anycast6_flow_move(&router->flows, flow, member))
			return;
	}
	if (!is_unpinned(member->group, packet) &&
	    !anycast6_flow_pin(&router->flows, packet, member))
		anycast6_tally_add(member->group->misses,
				   ANYCAST6_MISS_UNPINNED);
}

static void remember_source(struct anycast6_router *router,
			    struct anycast6_transit *transit,
			    struct anycast6_member *member)
{
	struct anycast6_group *group = member->group;
	struct anycast6_member *old;
	struct anycast6_flow *source;

	source = anycast6_affinity_find(&router->flows, group,
					&transit->packet);
	if (source) {
		old = rcu_dereference(source->member);
		if (old != member && !may_leave(router, source, old, transit))
			return;
	}
	if (!anycast6_affinity_keep(&router->flows, group, &transit->packet,
				    member))
		anycast6_tally_add(group->misses, ANYCAST6_MISS_UNPINNED);
}

static void remember_member(struct anycast6_router *router,
			    struct anycast6_flow *flow,
			    struct anycast6_transit *transit,
			    struct anycast6_member *member)
{
	remember_flow(router, flow, transit, member);
	if (unlikely(anycast6_pinning_by_source(&member->group->pinning)))
		remember_source(router, transit, member);
}

/**
 * anycast6_pin_remember() - remember who got a packet
 * @router: the namespace's
 * @transit: the packet, which keeps its way
 * @member: who got it
 *
 * Context: RCU.
 */
void anycast6_pin_remember(struct anycast6_router *router,
			   struct anycast6_transit *transit,
			   struct anycast6_member *member)
{
	struct anycast6_way way = transit->way;
	struct anycast6_flow *flow;

	transit->way = (struct anycast6_way) {};
	flow = anycast6_flow_find(&router->flows, &transit->packet.key);
	remember_member(router, flow, transit, member);
	transit->way = way;
}

/**
 * anycast6_pin_confirm() - remember who got a packet, which has passed the filters
 * @router: the namespace's
 * @transit: the packet
 * @member: who got it
 *
 * Context: RCU.
 */
void anycast6_pin_confirm(struct anycast6_router *router,
			  struct anycast6_transit *transit,
			  struct anycast6_member *member)
{
	struct anycast6_member *old;
	struct anycast6_flow *flow;

	flow = anycast6_flow_find(&router->flows, &transit->packet.key);
	if (flow) {
		old = rcu_dereference(flow->member);
		if (old != member && !may_leave(router, flow, old, transit))
			return;
	}
	remember_member(router, flow, transit, member);
}

/**
 * anycast6_pin_confirm_local() - remember that this node got a packet, which has
 * passed the filters
 * @router: the namespace's
 * @group: the address
 * @transit: the packet, not in the midst of a flow whose member is local
 *
 * Context: RCU.
 */
void anycast6_pin_confirm_local(struct anycast6_router *router,
				struct anycast6_group *group,
				struct anycast6_transit *transit)
{
	struct anycast6_member *member;
	bool waits = !choose_member(router, group, transit, &member);

	anycast6_way_drop(&transit->way);
	/* it came here as the routes decided, or the choice is another one now */
	if (waits || !member || member->nexthop)
		return;
	anycast6_pin_confirm(router, transit, member);
}
