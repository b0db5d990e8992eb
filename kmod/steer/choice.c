// SPDX-License-Identifier: GPL-2.0
/*
 * The choice of a member for a packet among all members of an address. Knows
 * members and ways, not where packets come from, and keeps no flow.
 */
#include <linux/rculist.h>

#include <uapi/linux/anycast6.h>

#include "lib/select.h"
#include "lib/track.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "object/watch.h"
#include "steer/choice.h"
#include "way/nexthop.h"

/* Finds the way of a packet to a remote member. Returns why there is none, enum
 * anycast6_verdict, or 0.
 */
static u8 find_member_way(struct anycast6_member *member,
			  struct anycast6_transit *transit,
			  struct anycast6_way *way)
{
	if (!transit->forwards)
		return ANYCAST6_VERDICT_FORWARDING;
	if (!anycast6_path_find(transit->net, &member->nexthop->slot,
				&transit->packet.key, transit->skb,
				transit->iif, way))
		return ANYCAST6_VERDICT_DOWN;
	if (likely(!transit->iif ||
		   !anycast6_way_is_back(way->dst, transit->skb)))
		return 0;
	transit->looped = true;
	anycast6_way_drop(way);
	return ANYCAST6_VERDICT_LOOP;
}

/* Returns false if nobody listens at one of a local member's services. The
 * member is then marked, so that its state follows.
 */
static bool has_service(struct anycast6_member *member,
			const struct anycast6_transit *transit)
{
	return anycast6_watch_serves(anycast6_net(transit->net), member);
}

/* A datagram may be a whole question; of TCP only the SYN opens a flow. What
 * follows is for the socket that has the connection, and needs no listener.
 */
static bool may_open_flow(const struct anycast6_packet *packet)
{
	return packet->kind == ANYCAST6_PACKET_FLOW &&
	       (packet->key.proto != IPPROTO_TCP ||
		packet->segment.flags & ANYCAST6_TRACK_SYN);
}

/**
 * anycast6_choice_refusal() - why the member of a flow does not take a packet
 * @member: the member
 * @transit: the packet; gets its way if the member is remote
 *
 * A member that drains still takes it.
 *
 * Context: RCU.
 * Return: enum anycast6_verdict, or 0 if it does.
 */
u8 anycast6_choice_refusal(struct anycast6_member *member,
			   struct anycast6_transit *transit)
{
	if (unlikely(READ_ONCE(member->state) == ANYCAST6_STATE_DOWN))
		return ANYCAST6_VERDICT_DOWN;
	return anycast6_choice_reach(member, transit);
}

/**
 * anycast6_choice_reach() - why a packet does not reach the member of a flow,
 * whatever the member's state is
 * @member: the member
 * @transit: the packet; gets its way if the member is remote
 *
 * Context: RCU.
 * Return: enum anycast6_verdict, or 0 if it does.
 */
u8 anycast6_choice_reach(struct anycast6_member *member,
			 struct anycast6_transit *transit)
{
	if (member->nexthop)
		return find_member_way(member, transit, &transit->way);
	return !may_open_flow(&transit->packet) ||
	       has_service(member, transit) ? 0 : ANYCAST6_VERDICT_DOWN;
}

/* The number that stands for a flow in draws, the same on all nodes. */
static u64 draw_number(const struct anycast6_group *group,
		       const struct anycast6_flow_key *key)
{
	u32 ports = ntohs(key->sport) << 16 | ntohs(key->dport);

	if (unlikely(anycast6_pinning_by_source(&group->pinning)))
		return anycast6_select_source(&key->source, &key->destination);
	return anycast6_select_flow(&key->source, &key->destination, ports,
				    key->proto);
}

/* Returns why a member has no rank for a flow, enum anycast6_verdict, or 0. */
static __always_inline u8 rank_member(const struct anycast6_member *member,
				      const struct anycast6_flow_key *key,
				      u64 draw, struct anycast6_rank *rank)
{
	struct anycast6_candidate candidate;

	/* when all members go, one after the other, the flows of those that have
	 * gone must not move to those that go next
	 */
	if (READ_ONCE(member->state) == ANYCAST6_STATE_DOWN ||
	    READ_ONCE(member->leaving))
		return ANYCAST6_VERDICT_DOWN;
	anycast6_member_candidate(member, &candidate);
	return anycast6_select_rank(&candidate, &key->source, draw, rank) ?
	       0 : ANYCAST6_VERDICT_AREA;
}

/* Returns why a member does not take a new flow, enum anycast6_verdict, or 0.
 * Fills @way if the member is remote.
 */
static __always_inline u8 ask_member(struct anycast6_member *member,
				     struct anycast6_transit *transit,
				     struct anycast6_way *way)
{
	if (member->nexthop)
		return find_member_way(member, transit, way);
	return has_service(member, transit) ? 0 : ANYCAST6_VERDICT_DOWN;
}

/* The one loop that chooses, for packets and for observers. It must stay
 * inline: the copy for packets has no observer to test for. Without one, only a
 * member that would be the nearest is asked; an observer is told of all of
 * them.
 */
static __always_inline void
choose_nearest(struct anycast6_group *group, struct anycast6_transit *transit,
	       struct anycast6_choice *choice,
	       anycast6_choice_observer observer, void *arg)
{
	const struct anycast6_flow_key *key = &transit->packet.key;
	u64 draw = draw_number(group, key);
	struct anycast6_member *member;
	struct anycast6_rank rank;

	choice->member = NULL;
	list_for_each_entry_rcu(member, &group->members, node) {
		struct anycast6_way way = {};
		u8 verdict = rank_member(member, key, draw, &rank);
		bool nearer = !verdict &&
			      (!choice->member ||
			       anycast6_select_compare(&rank,
						       &choice->rank) < 0);

		if (nearer || (observer && !verdict))
			verdict = ask_member(member, transit, &way);
		if (observer)
			observer(arg, member, verdict, &rank);
		if (verdict || !nearer) {
			/* empty if the member does not take the packet */
			if (observer)
				anycast6_way_drop(&way);
			continue;
		}
		anycast6_way_drop(&transit->way);
		transit->way = way;
		choice->member = member;
		choice->rank = rank;
	}
}

/* Asks the nearest of all members, and nobody else. Returns NULL if it does not
 * take the packet, or there is none.
 */
static struct anycast6_member *ask_nearest(struct anycast6_group *group,
					   struct anycast6_transit *transit)
{
	const struct anycast6_flow_key *key = &transit->packet.key;
	struct anycast6_member *member, *nearest = NULL;
	struct anycast6_rank rank, best;
	struct anycast6_way way = {};
	u64 draw = draw_number(group, key);

	list_for_each_entry_rcu(member, &group->members, node) {
		if (rank_member(member, key, draw, &rank) ||
		    (nearest && anycast6_select_compare(&rank, &best) >= 0))
			continue;
		nearest = member;
		best = rank;
	}
	if (!nearest || ask_member(nearest, transit, &way))
		return NULL;
	anycast6_way_drop(&transit->way);
	transit->way = way;
	return nearest;
}

/**
 * anycast6_choice_make() - choose the nearest member that takes a new flow
 * @group: the address
 * @transit: the flow's packet; gets its way if the member is remote
 *
 * Nearly always the nearest one takes it, so no other is asked before it has
 * refused: a packet of a flow that is not remembered comes here each time.
 *
 * Context: RCU.
 * Return: the member, valid under RCU, or NULL.
 */
struct anycast6_member *anycast6_choice_make(struct anycast6_group *group,
					     struct anycast6_transit *transit)
{
	struct anycast6_member *member = ask_nearest(group, transit);
	struct anycast6_choice choice;

	if (likely(member))
		return member;
	choose_nearest(group, transit, &choice, NULL, NULL);
	return choice.member;
}

/**
 * anycast6_choice_observe() - choose as anycast6_choice_make(), and tell why
 * @group: the address
 * @transit: the packet; gets its way if the member is remote
 * @choice: result
 * @observer: called for each member, or NULL
 * @arg: handed to @observer
 *
 * Context: RCU.
 */
void anycast6_choice_observe(struct anycast6_group *group,
			     struct anycast6_transit *transit,
			     struct anycast6_choice *choice,
			     anycast6_choice_observer observer, void *arg)
{
	choose_nearest(group, transit, choice, observer, arg);
}
