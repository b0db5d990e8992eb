/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The member of a packet by its flow: who gets the packet, and, once it has
 * passed the filters, what its flow remembers. Knows flows, choices and the
 * sockets of this node, not the hooks that ask.
 */
#ifndef ANYCAST6_PIN_H
#define ANYCAST6_PIN_H

#include "lib/packet.h"
#include "steer/choice.h"
#include "steer/flow.h"
#include "steer/router.h"

struct anycast6_group;
struct anycast6_member;
struct anycast6_net;

struct anycast6_group *
anycast6_pin_group(struct anycast6_net *an,
		   const struct anycast6_flow_key *key);
bool anycast6_pin_seek(struct anycast6_router *router,
		       struct anycast6_flow *flow,
		       struct anycast6_group *group,
		       struct anycast6_transit *transit,
		       struct anycast6_member **member);
void anycast6_pin_remember(struct anycast6_router *router,
			   struct anycast6_transit *transit,
			   struct anycast6_member *member);
void anycast6_pin_confirm(struct anycast6_router *router,
			  struct anycast6_transit *transit,
			  struct anycast6_member *member);
void anycast6_pin_confirm_local(struct anycast6_router *router,
				struct anycast6_group *group,
				struct anycast6_transit *transit);

/**
 * anycast6_pin_has_flow() - whether a packet belongs to a flow
 * @packet: the packet
 *
 * Context: any.
 */
static inline bool anycast6_pin_has_flow(const struct anycast6_packet *packet)
{
	return packet->kind == ANYCAST6_PACKET_FLOW ||
	       packet->kind == ANYCAST6_PACKET_ERROR;
}

/**
 * anycast6_pin_find() - find the member of a packet's flow
 * @flow: the flow, or NULL
 * @transit: the packet; gets its way to the member, or why that refuses it
 *
 * Only packets of the flow itself change its state, not errors. Inline, as each
 * packet that is steered comes here.
 *
 * Context: RCU.
 * Return: the member if it takes the packet, else NULL.
 */
static __always_inline struct anycast6_member *
anycast6_pin_find(struct anycast6_flow *flow, struct anycast6_transit *transit)
{
	enum anycast6_step step = ANYCAST6_STEP_GOES_ON;
	struct anycast6_member *member;
	u8 refusal;

	if (!flow)
		return NULL;
	if (transit->packet.kind == ANYCAST6_PACKET_FLOW)
		step = anycast6_flow_step(flow, &transit->packet.segment);
	if (unlikely(step)) {
		if (step == ANYCAST6_STEP_BEGINS)
			return NULL;
		transit->pends = true;
	}
	member = rcu_dereference(flow->member);
	if (unlikely(!member))
		return NULL;
	refusal = anycast6_choice_refusal(member, transit);
	if (likely(!refusal))
		return member;
	transit->refusal = refusal;
	return NULL;
}

#endif
