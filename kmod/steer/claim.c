// SPDX-License-Identifier: GPL-2.0
/*
 * Flows whose member is gone, and may be configured again: who claims them, for
 * how long, and what becomes of their packets meanwhile. Does not know how a
 * member comes and goes.
 */
#include <linux/minmax.h>

#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "object/pinning.h"
#include "steer/choice.h"
#include "steer/claim.h"
#include "steer/flow.h"
#include "steer/pin.h"
#include "steer/router.h"

/* For how long a connection waits for a member that was deleted, while its address
 * keeps others, ms: daemons and scripts replace one by deleting and adding it.
 */
#define REPLACE_TIME	((u32)MSEC_PER_SEC)
/* Longer than any grace (kernel/sysctl.c), in jiffies. */
#define LONG_AGO	(3600UL * HZ)

/**
 * anycast6_claim_flow() - give a flow to the member that is what its own was
 * @an: the namespace
 * @flow: the flow
 *
 * Nobody claims flows while their address has no remote members: it is not
 * steered then.
 *
 * Context: RCU; any.
 * Return: its member, which is not dead, or NULL: it has none, and nobody is in
 * the place of the one that it had.
 */
struct anycast6_member *anycast6_claim_flow(struct anycast6_net *an,
					    struct anycast6_flow *flow)
{
	struct anycast6_member *member = rcu_dereference(flow->member);
	struct anycast6_router *router = rcu_dereference(an->router);
	struct anycast6_group *group;

	if (!member || !READ_ONCE(member->dead))
		return member;
	group = anycast6_pin_group(an, &flow->key);
	if (!group || !router)
		return NULL;
	member = anycast6_member_find_twin(group, &member->identity);
	return member && anycast6_flow_hand_over(&router->flows, flow,
						 member) ? member : NULL;
}

static bool is_unclaimed_since(unsigned long time)
{
	return jiffies - time > ANYCAST6_CLAIM_TIME;
}

/**
 * anycast6_claim_is_over() - whether a flow needs to be kept no longer
 * @flow: the flow
 *
 * Context: RCU.
 */
bool anycast6_claim_is_over(const struct anycast6_flow *flow)
{
	const struct anycast6_member *member = rcu_dereference(flow->member);

	if (!member || anycast6_flow_is_over(flow))
		return true;
	/* pairs with anycast6_member_destroy() in reconcile/lifecycle.c */
	if (smp_load_acquire(&member->dead))
		return is_unclaimed_since(member->died);
	return !READ_ONCE(member->group->remotes) &&
	       is_unclaimed_since(READ_ONCE(member->group->turned));
}

/**
 * anycast6_claim_member() - find who has come in the place of a flow's member
 * @an: the namespace
 * @flow: the packet's, or NULL
 * @transit: the packet; its refusal becomes that of the new member
 *
 * Context: RCU.
 * Return: the new member, which takes the packet and has the flow, else NULL.
 */
struct anycast6_member *
anycast6_claim_member(struct anycast6_net *an, struct anycast6_flow *flow,
		      struct anycast6_transit *transit)
{
	struct anycast6_member *member, *old;

	if (!flow || !transit->refusal)
		return NULL;
	old = rcu_dereference(flow->member);
	if (!old || !READ_ONCE(old->dead))
		return NULL;
	member = anycast6_claim_flow(an, flow);
	if (!member)
		return NULL;
	transit->refusal = anycast6_choice_refusal(member, transit);
	return transit->refusal ? NULL : member;
}

/* Returns whether a flow's member was deleted from the address as it is now,
 * rather than with an earlier one: nobody will configure it again, unless he does
 * so with the next command.
 */
static bool is_given_up(const struct anycast6_member *member,
			unsigned long turned)
{
	unsigned long now = jiffies;

	/* pairs with anycast6_member_destroy() in reconcile/lifecycle.c */
	return member && smp_load_acquire(&member->dead) &&
	       now - member->died < now - turned;
}

/* Returns how long ago something was, ms. An hour stands for all that is longer:
 * jiffies_to_msecs() begins anew after some weeks.
 */
static u32 measure_age(unsigned long time)
{
	return jiffies_to_msecs(min(jiffies - time, LONG_AGO));
}

/* Measures since when a flow may be claimed, and for how long it waits for that,
 * ms: since its member was deleted alone, or since its address has had members on
 * other nodes. Returns true if it is the former.
 */
static bool measure_claim(const struct anycast6_net *an,
			  const struct anycast6_flow *flow,
			  const struct anycast6_group *group,
			  struct anycast6_claim_facts *facts)
{
	const struct anycast6_member *member;
	unsigned long turned = READ_ONCE(group->turned);
	u32 grace = READ_ONCE(an->flow_grace);

	member = flow ? rcu_dereference(flow->member) : NULL;
	if (is_given_up(member, turned)) {
		facts->age = measure_age(member->died);
		facts->grace = min(grace, REPLACE_TIME);
		return true;
	}
	facts->age = measure_age(turned);
	facts->grace = grace;
	return false;
}

/* Whether a packet begins a connection, or resets one. */
static bool opens_or_resets(const struct anycast6_packet *packet)
{
	return packet->segment.flags & (ANYCAST6_TRACK_SYN |
					ANYCAST6_TRACK_RST);
}

/**
 * anycast6_claim_stay() - what becomes of a packet to an address that may not be
 * configured whole yet
 * @an: the namespace
 * @flow: the packet's, or NULL
 * @group: the address
 * @transit: the packet
 *
 * Context: RCU.
 * Return: %ANYCAST6_STAY_MOVES if there is nothing to wait for.
 */
enum anycast6_stay
anycast6_claim_stay(struct anycast6_net *an, const struct anycast6_flow *flow,
		    const struct anycast6_group *group,
		    const struct anycast6_transit *transit)
{
	const struct anycast6_packet *packet = &transit->packet;
	struct anycast6_claim_facts facts = {
		.proto = packet->key.proto,
		.known = flow && transit->refusal,
		.flow_state = flow ? anycast6_flow_state(flow) : 0,
		.goes_on = packet->kind == ANYCAST6_PACKET_FLOW &&
			   !opens_or_resets(packet) &&
			   !anycast6_pinning_excludes(&group->pinning,
						      packet->key.proto,
						      ntohs(packet->key.dport)),
	};

	if (measure_claim(an, flow, group, &facts) && opens_or_resets(packet))
		return ANYCAST6_STAY_MOVES;
	return anycast6_stay_unclaimed(&facts);
}

/**
 * anycast6_claim_left() - for how long anycast6_claim_stay() still lets packets
 * wait
 * @an: the namespace
 * @flow: the packets', or NULL
 * @group: the address
 *
 * Context: RCU.
 * Return: ms
 */
u32 anycast6_claim_left(const struct anycast6_net *an,
			const struct anycast6_flow *flow,
			const struct anycast6_group *group)
{
	struct anycast6_claim_facts facts;

	measure_claim(an, flow, group, &facts);
	return facts.age < facts.grace ? facts.grace - facts.age : 0;
}
