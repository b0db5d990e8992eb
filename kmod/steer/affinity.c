// SPDX-License-Identifier: GPL-2.0
/*
 * Affinity: all that a source sends to an address stays together, where that is
 * configured. What stands for it in the table of flows is a flow without
 * protocol and ports. Knows when there is one, not what follows from it.
 */
#include <uapi/linux/anycast6.h>

#include "object/group.h"
#include "object/member.h"
#include "object/pinning.h"
#include "steer/affinity.h"
#include "steer/flow.h"

/* What is not a segment of TCP. */
static const struct anycast6_segment no_segment;

static void make_source_key(const struct anycast6_flow_key *key,
			    struct anycast6_flow_key *source)
{
	*source = (struct anycast6_flow_key) {
		.source = key->source,
		.destination = key->destination,
		.domain = key->domain,
		.proto = ANYCAST6_TRACK_SOURCE,
	};
}

static bool stays_together(const struct anycast6_group *group,
			   const struct anycast6_packet *packet)
{
	return anycast6_pinning_by_source(&group->pinning) &&
	       !anycast6_pinning_excludes(&group->pinning, packet->key.proto,
					  ntohs(packet->key.dport));
}

/**
 * anycast6_affinity_find() - find what stands for all that a packet's source
 * sends to an address
 * @flows: the namespace's
 * @group: the address
 * @packet: the packet
 *
 * Context: RCU.
 * Return: the flow; NULL if there is none, if it is over, or if the address or
 * the packet's port does without.
 */
struct anycast6_flow *
anycast6_affinity_find(struct anycast6_flows *flows,
		       const struct anycast6_group *group,
		       const struct anycast6_packet *packet)
{
	struct anycast6_flow_key key;
	struct anycast6_flow *source;

	if (likely(!stays_together(group, packet)))
		return NULL;
	make_source_key(&packet->key, &key);
	source = anycast6_flow_find(flows, &key);
	return source && !anycast6_flow_is_over(source) ? source : NULL;
}

/**
 * anycast6_affinity_use() - a source goes on with its member
 * @flows: the namespace's
 * @source: what stands for all that it sends
 *
 * Context: RCU; any.
 */
void anycast6_affinity_use(struct anycast6_flows *flows,
			   struct anycast6_flow *source)
{
	anycast6_flow_go_on(flows, source, &no_segment);
}

/**
 * anycast6_affinity_keep() - remember the member that was chosen for a source
 * @flows: the namespace's
 * @group: the address
 * @packet: what the source has sent
 * @member: the member
 *
 * Context: RCU; softirq or process.
 * Return: false if there is no room or no memory, or the member is gone.
 */
bool anycast6_affinity_keep(struct anycast6_flows *flows,
			    const struct anycast6_group *group,
			    const struct anycast6_packet *packet,
			    struct anycast6_member *member)
{
	struct anycast6_packet all = {};
	struct anycast6_flow *source;

	if (likely(!stays_together(group, packet)))
		return true;
	make_source_key(&packet->key, &all.key);
	source = anycast6_flow_find(flows, &all.key);
	if (source && anycast6_flow_move(flows, source, member)) {
		anycast6_affinity_use(flows, source);
		return true;
	}
	return anycast6_flow_pin(flows, &all, member);
}

/**
 * anycast6_affinity_refresh() - let a source stay where a flow of it is
 * @flows: the namespace's
 * @flow: a flow that is not over
 *
 * Packets of flows that have their member do not look at their source, so the
 * upkeep does it for them. Of a flow that was loaded no packet came here: it may
 * go by another router, which knows better where its source is.
 *
 * Context: RCU; process.
 */
void anycast6_affinity_refresh(struct anycast6_flows *flows,
			       const struct anycast6_flow *flow)
{
	const struct anycast6_member *member = rcu_dereference(flow->member);
	struct anycast6_flow_key key;
	struct anycast6_flow *source;

	if (!member || READ_ONCE(member->dead) ||
	    anycast6_flow_is_loaded(flow) ||
	    likely(!anycast6_pinning_by_source(&member->group->pinning)) ||
	    flow->key.proto == ANYCAST6_TRACK_SOURCE ||
	    anycast6_flow_state(flow) == ANYCAST6_FLOW_STATE_NEW)
		return;
	make_source_key(&flow->key, &key);
	source = anycast6_flow_find(flows, &key);
	if (source && rcu_access_pointer(source->member) == member)
		anycast6_affinity_use(flows, source);
}
