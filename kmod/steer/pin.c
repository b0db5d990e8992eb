// SPDX-License-Identifier: GPL-2.0
/*
 * The member of a packet by its flow: who gets the packet, and, once it has
 * passed the filters, what its flow remembers. Knows flows, choices and the
 * sockets of this node, not the hooks that ask.
 */
#include <linux/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "kernel/socket.h"
#include "lib/flow_key.h"
#include "lib/stay.h"
#include "lib/tally.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "object/pinning.h"
#include "steer/affinity.h"
#include "steer/claim.h"
#include "steer/pin.h"
#include "steer/refusal.h"
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
	if (!source)
		return ANYCAST6_STAY_MOVES;
	anycast6_claim_flow(router->an, source);
	*member = rcu_dereference(source->member);
	if (!*member)
		return ANYCAST6_STAY_MOVES;
	transit->refusal = anycast6_choice_refusal(*member, transit);
	return transit->refusal ?
	       anycast6_refusal_weigh(router->an, source, *member, group,
				      transit) :
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
					 ntohs(packet->key.dport)) ||
	       anycast6_flow_key_fault(&packet->key);
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

/* As anycast6_refusal_weigh(), but whatever member a connection has lost: if this
 * node has it, it is not lost.
 */
static enum anycast6_stay
stay_or_find(struct anycast6_router *router, struct anycast6_flow *flow,
	     struct anycast6_member *member,
	     const struct anycast6_group *group,
	     struct anycast6_transit *transit)
{
	enum anycast6_stay stay = anycast6_refusal_weigh(router->an, flow, member,
							 group, transit);

	if ((stay == ANYCAST6_STAY_RESETS || stay == ANYCAST6_STAY_WAITS) &&
	    find_owner(group, transit))
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

	*member = anycast6_claim_member(router->an, flow, transit);
	if (*member)
		return true;
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
		      const struct anycast6_group *group,
		      struct anycast6_transit *transit)
{
	enum anycast6_stay stay = ANYCAST6_STAY_WAITS;

	if (!old || anycast6_flow_step(flow, &transit->packet.segment) ==
		    ANYCAST6_STEP_BEGINS)
		return true;
	transit->refusal = anycast6_choice_refusal(old, transit);
	if (transit->refusal)
		stay = anycast6_refusal_weigh(router->an, flow, old, group,
					      transit);
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
		if (old != member &&
		    !may_leave(router, source, old, group, transit))
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
		if (old != member &&
		    !may_leave(router, flow, old, member->group, transit))
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
