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
	case ANYCAST6_REASON_ADMIN:
	case ANYCAST6_REASON_LINK:
	case ANYCAST6_REASON_NEIGHBOUR:
	case ANYCAST6_REASON_ROUTE:
		return true;
	}
	return false;
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
	if (!has_something_to_lose(facts->flow_state) || !facts->remote ||
	    facts->refusal == ANYCAST6_VERDICT_FORWARDING)
		return ANYCAST6_STAY_MOVES;
	if (facts->refusal == ANYCAST6_VERDICT_LOOP)
		return is_connection(facts->proto) ? ANYCAST6_STAY_WAITS :
						     ANYCAST6_STAY_DETOURS;
	if (facts->state == ANYCAST6_STATE_DOWN) {
		if (facts->reason == ANYCAST6_REASON_HOLD)
			return ANYCAST6_STAY_GOES_ON;
		if (!is_of_path(facts->reason) || facts->age >= facts->grace)
			return ANYCAST6_STAY_MOVES;
	}
	if (!facts->grace)
		return ANYCAST6_STAY_MOVES;
	return is_connection(facts->proto) ? ANYCAST6_STAY_WAITS :
					     ANYCAST6_STAY_DETOURS;
}
