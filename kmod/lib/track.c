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
#define PICKED_TIMEOUT		600	/* RFC 5382 section 5 asks for what has a SYN */
#define CLOSING_TIMEOUT		120	/* twice the maximum segment lifetime */
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
		return !(flags & (ANYCAST6_TRACK_FIN | ANYCAST6_TRACK_RST));
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_ICMPV6:
	case ANYCAST6_TRACK_SOURCE:
		return true;
	}
	return false;
}

/**
 * anycast6_track_begin() - a TCP connection is seen for the first time
 * @track: result
 * @segment: its first segment that is seen
 *
 * Context: any.
 */
void anycast6_track_begin(struct anycast6_track *track,
			  const struct anycast6_segment *segment)
{
	*track = (struct anycast6_track) {
		.next = segment->end,
		.state = ANYCAST6_FLOW_STATE_NEW,
		.trust = segment->flags & ANYCAST6_TRACK_SYN ?
			 ANYCAST6_TRUST_WITNESSED : ANYCAST6_TRUST_PICKED,
	};
}

/* Returns whether a segment's first byte is one that was expected, or was seen. */
static bool is_in_sequence(const struct anycast6_track *track,
			   const struct anycast6_segment *segment)
{
	return track->next - segment->seq < ANYCAST6_TRACK_WINDOW;
}

/* The end of a connection counts if the segment is the very next one: who does
 * not see the connection has to guess 32 bits.
 */
static bool is_next(const struct anycast6_track *track,
		    const struct anycast6_segment *segment)
{
	return track->trust == ANYCAST6_TRUST_WITNESSED &&
	       is_in_sequence(track, segment) &&
	       anycast6_track_is_ahead(track->next, segment->end);
}

static void take_reset(struct anycast6_track *track,
		       const struct anycast6_segment *segment)
{
	if (track->trust == ANYCAST6_TRUST_WITNESSED &&
	    segment->seq == track->next)
		track->state = ANYCAST6_FLOW_STATE_CLOSED;
}

/* A client may have its port again while its old connection still closes. */
static bool has_ended(const struct anycast6_track *track)
{
	return track->state == ANYCAST6_FLOW_STATE_CLOSED ||
	       (track->state == ANYCAST6_FLOW_STATE_CLOSING && track->rests);
}

/* Returns true if the SYN begins a new flow. As long as the old one is not known to
 * have ended, its member has the say: it accepts the SYN, or asks the client.
 */
static bool take_syn(struct anycast6_track *track,
		     const struct anycast6_segment *segment)
{
	if (has_ended(track)) {
		anycast6_track_begin(track, segment);
		return true;
	}
	if (track->state == ANYCAST6_FLOW_STATE_NEW) {
		/* what came before it was nothing, or forged */
		if (track->trust == ANYCAST6_TRUST_PICKED)
			anycast6_track_begin(track, segment);
		/* it is sent again, maybe without the data that it had (TFO) */
		if (is_in_sequence(track, segment))
			return false;
	}
	track->syn = segment->end;
	track->tries = true;
	return false;
}

/* The SYN that came last has gone on. A forger may have sent both, so nothing ends
 * the connection any more but silence.
 */
static void take_second_syn(struct anycast6_track *track,
			    const struct anycast6_segment *segment)
{
	track->trust = ANYCAST6_TRUST_BLIND;
	track->state = ANYCAST6_FLOW_STATE_ESTABLISHED;
	track->next = segment->end;
	track->tries = false;
}

/* A segment does not belong to the SYN that was seen. Either may be forged: the
 * connection is the one that goes on.
 */
static void take_stranger(struct anycast6_track *track,
			  const struct anycast6_segment *segment)
{
	if (track->trust == ANYCAST6_TRUST_WITNESSED) {
		track->trust = ANYCAST6_TRUST_BLIND;
		if (!track->tries) {
			track->syn = track->next;
			track->tries = true;
		}
	}
	track->next = segment->end;
}

/* A segment is not near @next. The other router may have seen much more since it
 * told of the connection, so the first one here says how far it is by now. Whoever
 * forges that one can then end the connection, but he must be quicker than its
 * client: a connection that was silent for a while does not come here.
 *
 * Otherwise a forger may send data all over the sequence numbers, and so come to
 * know @next: what he hits with goes on from there.
 */
static void take_distant(struct anycast6_track *track,
			 const struct anycast6_segment *segment)
{
	if (track->resumes && !(segment->flags & ANYCAST6_TRACK_FIN) &&
	    track->state == ANYCAST6_FLOW_STATE_ESTABLISHED)
		track->next = segment->seq;
	else
		track->trust = ANYCAST6_TRUST_BLIND;
}

static void take_data(struct anycast6_track *track,
		      const struct anycast6_segment *segment)
{
	bool ahead;

	if (track->state != ANYCAST6_FLOW_STATE_NEW &&
	    track->trust == ANYCAST6_TRUST_WITNESSED &&
	    !anycast6_track_is_near(track->next, segment->end))
		take_distant(track, segment);

	ahead = anycast6_track_is_ahead(track->next, segment->end);
	switch (track->state) {
	case ANYCAST6_FLOW_STATE_NEW:
		if (is_in_sequence(track, segment))
			track->state = ANYCAST6_FLOW_STATE_ESTABLISHED;
		else if (!ahead)
			take_stranger(track, segment);
		if (ahead)
			track->next = segment->end;
		break;
	case ANYCAST6_FLOW_STATE_CLOSING:
	case ANYCAST6_FLOW_STATE_CLOSED:
		/* what goes on has not ended */
		if (!ahead)
			break;
		track->state = ANYCAST6_FLOW_STATE_ESTABLISHED;
		fallthrough;
	default:
		if (!ahead)
			break;
		/* the client goes on with what it had, not with the SYN */
		if (is_in_sequence(track, segment))
			track->tries = false;
		track->next = segment->end;
	}
}

/**
 * anycast6_track_segment() - one more segment of a TCP connection
 * @track: the connection, brought up to date
 * @segment: what the client sends, or a forger who knows its addresses and ports
 *
 * A forger can neither end a connection, nor begin it anew, nor make it be
 * forgotten earlier, unless by guessing a sequence number, or by being quicker
 * than its client when another router has taken over.
 *
 * Context: any.
 * Return: true if a new connection of the same addresses and ports begins with
 * it, which then needs a member.
 */
bool anycast6_track_segment(struct anycast6_track *track,
			    const struct anycast6_segment *segment)
{
	if (segment->flags & ANYCAST6_TRACK_RST) {
		take_reset(track, segment);
		return false;
	}
	if (segment->flags & ANYCAST6_TRACK_SYN)
		return take_syn(track, segment);
	if (track->tries && segment->seq == track->syn) {
		take_second_syn(track, segment);
		return false;
	}
	if (segment->flags & ANYCAST6_TRACK_FIN && is_next(track, segment)) {
		track->state = ANYCAST6_FLOW_STATE_CLOSING;
		track->next = segment->end;
		return false;
	}
	take_data(track, segment);
	return false;
}

/**
 * anycast6_track_timeout() - how long an idle flow is remembered
 * @proto: IP protocol
 * @state: its state, enum anycast6_flow_state
 * @trust: of TCP, enum anycast6_trust
 *
 * Context: any.
 * Return: s.
 */
unsigned int anycast6_track_timeout(u8 proto, u8 state, u8 trust)
{
	switch (state) {
	case ANYCAST6_FLOW_STATE_CLOSING:
		return CLOSING_TIMEOUT;
	case ANYCAST6_FLOW_STATE_CLOSED:
		return ANYCAST6_TRACK_REST;
	}
	if (proto == IPPROTO_ICMPV6)
		return ECHO_TIMEOUT;
	if (state == ANYCAST6_FLOW_STATE_NEW)
		return proto == IPPROTO_TCP ? NEW_TIMEOUT : ECHO_TIMEOUT;
	switch (proto) {
	case IPPROTO_TCP:
		return trust == ANYCAST6_TRUST_PICKED ? PICKED_TIMEOUT :
							TCP_TIMEOUT;
	case IPPROTO_SCTP:
		return SCTP_TIMEOUT;
	}
	return STREAM_TIMEOUT;
}
