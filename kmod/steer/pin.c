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
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "steer/pin.h"
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

static noinline struct anycast6_member *
choose_member(struct anycast6_group *group, struct anycast6_transit *transit)
{
	struct anycast6_member *member = find_owner(group, transit);

	if (!member)
		member = anycast6_choice_make(group, transit);
	if (!member)
		anycast6_tally_add(group->misses, ANYCAST6_MISS_NO_MEMBER);
	return member;
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

static enum anycast6_stay
decide_stay(struct anycast6_net *an, const struct anycast6_flow *flow,
	    struct anycast6_member *member, struct anycast6_transit *transit)
{
	struct anycast6_stay_facts facts = {
		.age = anycast6_history_age(&member->history),
		.waited = anycast6_flow_waited(flow),
		.grace = READ_ONCE(an->flow_grace),
		.flow_state = anycast6_flow_state(flow),
		.proto = flow->key.proto,
		.remote = member->nexthop,
		.denied = is_denied(member, transit),
		.state = READ_ONCE(member->state),
		.reason = READ_ONCE(member->reason),
		.refusal = transit->refusal,
	};

	if (facts.reason == ANYCAST6_REASON_HOLD)
		facts.reaches = !anycast6_choice_reach(member, transit);
	return anycast6_stay_decide(&facts);
}

/* Returns what becomes of a flow whose member anycast6_pin_find() has not given. The
 * member is the caller's, who has read it once: the flow may lose it at any moment.
 */
static enum anycast6_stay stay_or_move(struct anycast6_net *an,
				       const struct anycast6_flow *flow,
				       struct anycast6_member *member,
				       struct anycast6_transit *transit)
{
	enum anycast6_stay stay;

	if (!transit->refusal || !member || READ_ONCE(member->dead))
		return ANYCAST6_STAY_MOVES;
	stay = decide_stay(an, flow, member, transit);
	if (stay != ANYCAST6_STAY_GOES_ON)
		anycast6_way_drop(&transit->way);
	return stay;
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
	enum anycast6_stay stay;

	old = flow ? rcu_dereference(flow->member) : NULL;
	stay = stay_or_move(router->an, flow, old, transit);
	switch (stay) {
	case ANYCAST6_STAY_MOVES:
		*member = choose_member(group, transit);
		transit->pends = *member &&
				 transit->packet.kind == ANYCAST6_PACKET_FLOW;
		return true;
	case ANYCAST6_STAY_GOES_ON:
		*member = old;
		return true;
	default:
		break;
	}
	if (transit->refusal != ANYCAST6_VERDICT_LOOP)
		anycast6_flow_wait(flow);
	transit->pends = false;
	if (stay == ANYCAST6_STAY_DETOURS) {
		*member = choose_member(group, transit);
		return true;
	}
	anycast6_tally_add(group->misses, transit->looped ?
			   ANYCAST6_MISS_LOOP : ANYCAST6_MISS_WAITING);
	return false;
}

/* ---- what its flow remembers ---- */

static void remember_member(struct anycast6_router *router,
			    struct anycast6_flow *flow,
			    const struct anycast6_transit *transit,
			    struct anycast6_member *member)
{
	const struct anycast6_packet *packet = &transit->packet;

	if (flow) {
		anycast6_flow_go_on(&router->flows, flow, &packet->segment);
		if (anycast6_flow_move(flow, member))
			return;
	}
	if (!anycast6_flow_pin(&router->flows, packet, member))
		anycast6_tally_add(member->group->misses,
				   ANYCAST6_MISS_UNPINNED);
}

/**
 * anycast6_pin_remember() - remember who got a packet
 * @router: the namespace's
 * @transit: the packet
 * @member: who got it
 *
 * Context: RCU.
 */
void anycast6_pin_remember(struct anycast6_router *router,
			   const struct anycast6_transit *transit,
			   struct anycast6_member *member)
{
	remember_member(router,
			anycast6_flow_find(&router->flows,
					   &transit->packet.key),
			transit, member);
}

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
	return stay == ANYCAST6_STAY_MOVES;
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
	struct anycast6_member *member = find_owner(group, transit);

	if (!member) {
		member = anycast6_choice_make(group, transit);
		anycast6_way_drop(&transit->way);
	}
	/* it came here as the routes decided, or the choice is another one now */
	if (!member || member->nexthop)
		return;
	anycast6_pin_confirm(router, transit, member);
}
