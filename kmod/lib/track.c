// SPDX-License-Identifier: GPL-2.0
/*
 * How far a flow is, and how long it is remembered, by what its client sends
 * alone: answers may take another way. Pure: knows no table and no clock.
 */
#include <linux/in.h>
#include <linux/in6.h>

#include <uapi/linux/anycast6.h>

#include "lib/track.h"

/* Idle times, seconds. */
#define NEW_TIMEOUT		10	/* a SYN is sent again after 1, 3, 7 */
#define TCP_TIMEOUT		7440	/* RFC 5382 section 5: 2 h 4 min */
#define CLOSING_TIMEOUT		120	/* twice the maximum segment lifetime */
#define CLOSED_TIMEOUT		10
#define SCTP_TIMEOUT		300	/* ten missed heartbeats */
#define STREAM_TIMEOUT		180	/* RFC 4787 section 4.3: over 2 min */
#define ECHO_TIMEOUT		30

/**
 * anycast6_track_pins() - whether a packet makes a flow stay with its member
 * @proto: IP protocol
 * @flags: ANYCAST6_TRACK_* of the first packet of the flow that is seen
 *
 * The state of the flow is then ANYCAST6_FLOW_STATE_NEW, whatever the packet,
 * as one packet alone may be forged. A TCP connection that is first seen at its
 * end needs no member any more.
 *
 * Context: any.
 */
bool anycast6_track_pins(u8 proto, u8 flags)
{
	switch (proto) {
	case IPPROTO_TCP:
		return !(flags & ANYCAST6_TRACK_CHANGES);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_ICMPV6:
		return true;
	}
	return false;
}

/**
 * anycast6_track_next() - the state of a flow after one more packet
 * @state: its state before, enum anycast6_flow_state
 * @proto: IP protocol
 * @flags: ANYCAST6_TRACK_* of the packet
 *
 * Sequence numbers are not checked, so a forged packet must do no harm: a SYN
 * in an established flow changes nothing, and a flow that goes on after a RST
 * was not reset.
 *
 * Context: any.
 * Return: its state now, enum anycast6_flow_state.
 */
u8 anycast6_track_next(u8 state, u8 proto, u8 flags)
{
	if (proto != IPPROTO_TCP)
		return ANYCAST6_FLOW_STATE_ESTABLISHED;
	if (flags & ANYCAST6_TRACK_RST)
		return ANYCAST6_FLOW_STATE_CLOSED;
	if (flags & ANYCAST6_TRACK_FIN)
		return ANYCAST6_FLOW_STATE_CLOSING;
	if (flags & ANYCAST6_TRACK_SYN || state == ANYCAST6_FLOW_STATE_CLOSING)
		return state;
	return ANYCAST6_FLOW_STATE_ESTABLISHED;
}

/**
 * anycast6_track_restarts() - whether a packet begins a new flow of the same
 * addresses and ports
 * @state: the state of the old flow, enum anycast6_flow_state
 * @proto: IP protocol
 * @flags: ANYCAST6_TRACK_* of the packet
 *
 * Context: any.
 */
bool anycast6_track_restarts(u8 state, u8 proto, u8 flags)
{
	return proto == IPPROTO_TCP &&
	       (flags & (ANYCAST6_TRACK_SYN | ANYCAST6_TRACK_RST)) ==
	       ANYCAST6_TRACK_SYN &&
	       (state == ANYCAST6_FLOW_STATE_CLOSING ||
		state == ANYCAST6_FLOW_STATE_CLOSED);
}

/**
 * anycast6_track_timeout() - how long an idle flow is remembered
 * @proto: IP protocol
 * @state: its state, enum anycast6_flow_state
 *
 * Context: any.
 * Return: s.
 */
unsigned int anycast6_track_timeout(u8 proto, u8 state)
{
	switch (state) {
	case ANYCAST6_FLOW_STATE_CLOSING:
		return CLOSING_TIMEOUT;
	case ANYCAST6_FLOW_STATE_CLOSED:
		return CLOSED_TIMEOUT;
	}
	if (proto == IPPROTO_ICMPV6)
		return ECHO_TIMEOUT;
	if (state == ANYCAST6_FLOW_STATE_NEW)
		return proto == IPPROTO_TCP ? NEW_TIMEOUT : ECHO_TIMEOUT;
	switch (proto) {
	case IPPROTO_TCP:
		return TCP_TIMEOUT;
	case IPPROTO_SCTP:
		return SCTP_TIMEOUT;
	}
	return STREAM_TIMEOUT;
}
