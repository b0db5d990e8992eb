// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of a flow whose member does not take a packet of it: only a
 * settled state of the member moves a connection, one failed lookup does not.
 * Pure: knows no packet, no table and no clock.
 */
#include <linux/in.h>
#include <linux/in6.h>

#include <uapi/linux/anycast6.h>

#include "lib/stay.h"

/* A server that never saw a connection resets it, so the others can't help out.
 * A datagram may be a whole question, which any server answers.
 */
static bool is_connection(u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_SCTP;
}

/* A new flow has lost nothing yet, and one that was reset needs no member. */
static bool has_something_to_lose(u8 flow_state)
{
	return flow_state == ANYCAST6_FLOW_STATE_ESTABLISHED ||
	       flow_state == ANYCAST6_FLOW_STATE_CLOSING;
}

/* Returns whether it is the way to the member that failed. Daemons delete routes
 * and add them again, links flap: the member itself may be well.
 */
static bool is_of_path(u8 reason)
{
	switch (reason) {
	/* it is up again since its state was looked at */
	case 0:
	case ANYCAST6_REASON_ADMIN:
	case ANYCAST6_REASON_LINK:
	case ANYCAST6_REASON_NEIGHBOUR:
	case ANYCAST6_REASON_ROUTE:
		return true;
	}
	return false;
}

static bool is_on_hold(const struct anycast6_stay_facts *facts)
{
	return facts->state == ANYCAST6_STATE_DOWN &&
	       facts->reason == ANYCAST6_REASON_HOLD;
}

/* A member that was only just configured may have taken over flows, and is down
 * until it has answered a probe.
 */
static bool has_failed_itself(const struct anycast6_stay_facts *facts)
{
	return facts->state == ANYCAST6_STATE_DOWN && facts->used &&
	       !is_on_hold(facts) && !is_of_path(facts->reason);
}

/* Returns for how long the way to the member has been gone, ms. How long the flow
 * has waited does not tell: where a way comes and goes, a flow may meet several
 * gaps in a row. If the member is up, its state is about to follow, or the way
 * comes back. Only the flow itself tells where the state says nothing of the way:
 * if the way is denied, or the member on hold.
 */
static u64 measure_absence(const struct anycast6_stay_facts *facts)
{
	if (facts->state == ANYCAST6_STATE_DOWN && facts->reason &&
	    !is_on_hold(facts))
		return facts->gone;
	return is_on_hold(facts) || facts->denied ? facts->waited : 0;
}

/* Returns what becomes of a flow that has lost its member for good. An RST goes to
 * whom the segment names as its sender. So a forger who does not see the connection
 * must not be the cause of one, unless by guessing a sequence number, nor move the
 * flow to where another server resets it. Where it is not known what is near, the
 * next member is asked to reset it: at once if that is known, and after a while if
 * nothing near comes, as a flow table or another router may have had a part of the
 * connection.
 */
static enum anycast6_stay end_flow(const struct anycast6_stay_facts *facts)
{
	if (!facts->resets || facts->opens)
		return ANYCAST6_STAY_MOVES;
	if (facts->near)
		return ANYCAST6_STAY_RESETS;
	return facts->witnessed && facts->waited < ANYCAST6_STAY_DOUBT ?
	       ANYCAST6_STAY_WAITS : ANYCAST6_STAY_MOVES;
}

/**
 * anycast6_stay_decide() - whether a flow stays with a member that does not take
 * a packet of it
 * @facts: what is known
 *
 * A packet that came from where the member is may be forged, so it moves nothing;
 * but routing may have changed for good, so a datagram takes a detour. A local
 * member refuses only datagrams, when nobody listens any more. A member on hold is
 * well, and is held back from new flows.
 *
 * Context: any.
 */
enum anycast6_stay
anycast6_stay_decide(const struct anycast6_stay_facts *facts)
{
	if (!has_something_to_lose(facts->flow_state) || !facts->remote)
		return ANYCAST6_STAY_MOVES;
	if (facts->refusal != ANYCAST6_VERDICT_LOOP) {
		if (is_on_hold(facts) && facts->reaches)
			return ANYCAST6_STAY_GOES_ON;
		if (has_failed_itself(facts) || !facts->grace ||
		    measure_absence(facts) >= facts->grace)
			return end_flow(facts);
	}
	return is_connection(facts->proto) ? ANYCAST6_STAY_WAITS :
					     ANYCAST6_STAY_DETOURS;
}

/**
 * anycast6_stay_left() - for how long a flow still waits for its member
 * @facts: what is known of a flow that does not move now
 *
 * Context: any.
 * Return: ms, the whole grace if nothing is known to have failed for long.
 */
u32 anycast6_stay_left(const struct anycast6_stay_facts *facts)
{
	u64 absence = measure_absence(facts);

	return absence < facts->grace ? facts->grace - absence : 0;
}

/**
 * anycast6_stay_unclaimed() - whether a packet waits until an address is
 * configured whole
 * @facts: what is known
 *
 * The members of an address are configured one after the other, and what was
 * remembered of flows is restored after that. Meanwhile a connection that has
 * another member, or is not known yet, must not go to those that are there.
 *
 * Context: any.
 */
enum anycast6_stay
anycast6_stay_unclaimed(const struct anycast6_claim_facts *facts)
{
	if (facts->age >= facts->grace)
		return ANYCAST6_STAY_MOVES;
	if (!facts->known)
		return facts->proto == IPPROTO_TCP && facts->goes_on ?
		       ANYCAST6_STAY_WAITS : ANYCAST6_STAY_MOVES;
	if (!has_something_to_lose(facts->flow_state))
		return ANYCAST6_STAY_MOVES;
	return is_connection(facts->proto) ? ANYCAST6_STAY_WAITS :
					     ANYCAST6_STAY_DETOURS;
}
