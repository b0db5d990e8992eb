// SPDX-License-Identifier: GPL-2.0
/*
 * The choice of a member for a packet: the candidates of an address, asked one
 * after the other. Knows members and ways, not hooks.
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

static bool find_member_way(struct anycast6_member *member,
			    struct anycast6_transit *transit,
			    struct anycast6_way *way)
{
	if (!transit->forwards ||
	    !anycast6_path_find(transit->net, &member->nexthop->slot,
				transit->skb, transit->iif, way))
		return false;
	if (likely(!transit->iif ||
		   !anycast6_way_is_back(way->dst, transit->skb)))
		return true;
	transit->looped = true;
	anycast6_way_drop(way);
	return false;
}

static bool has_service(struct anycast6_member *member,
			const struct anycast6_transit *transit)
{
	return anycast6_watch_serves(anycast6_net(transit->net), member);
}

/* A datagram may be all of a question; of a connection, what is not its first
 * packet is for who has the connection.
 */
static bool may_open_flow(const struct anycast6_packet *packet)
{
	return packet->kind == ANYCAST6_PACKET_FLOW &&
	       (packet->key.proto != IPPROTO_TCP ||
		packet->flags & ANYCAST6_TRACK_SYN);
}

/**
 * anycast6_choice_flow() - what stands for a flow in draws
 * @key: the flow
 *
 * Context: any.
 */
u64 anycast6_choice_flow(const struct anycast6_flow_key *key)
{
	u32 ports = ntohs(key->sport) << 16 | ntohs(key->dport);

	return anycast6_select_flow(&key->source, &key->destination, ports,
				    key->proto);
}

/**
 * anycast6_choice_takes() - whether a member takes a packet now
 * @member: the member
 * @transit: the packet; gets its way if the member is remote
 *
 * Context: RCU.
 */
bool anycast6_choice_takes(struct anycast6_member *member,
			   struct anycast6_transit *transit)
{
	if (unlikely(READ_ONCE(member->state) == ANYCAST6_STATE_DOWN))
		return false;
	if (member->nexthop)
		return find_member_way(member, transit, &transit->way);
	return !may_open_flow(&transit->packet) || has_service(member, transit);
}

/**
 * anycast6_choice_make() - choose the nearest member that takes a packet
 * @group: the address
 * @transit: the packet; gets its way if the member is remote
 *
 * Context: RCU.
 * Return: the member, or NULL.
 */
struct anycast6_member *anycast6_choice_make(struct anycast6_group *group,
					     struct anycast6_transit *transit)
{
	const struct anycast6_flow_key *key = &transit->packet.key;
	struct anycast6_candidate candidate;
	struct anycast6_member *member, *best = NULL;
	struct anycast6_rank rank, best_rank;
	u64 flow = anycast6_choice_flow(key);

	list_for_each_entry_rcu(member, &group->members, node) {
		struct anycast6_way way = {};

		if (READ_ONCE(member->state) == ANYCAST6_STATE_DOWN)
			continue;
		anycast6_member_candidate(member, &candidate);
		if (!anycast6_select_rank(&candidate, &key->source, flow,
					  &rank) ||
		    (best && anycast6_select_compare(&rank, &best_rank) >= 0))
			continue;
		if (member->nexthop ? !find_member_way(member, transit, &way) :
				      !has_service(member, transit))
			continue;
		anycast6_way_drop(&transit->way);
		transit->way = way;
		best = member;
		best_rank = rank;
	}
	return best;
}
