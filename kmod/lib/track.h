/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a flow is, and how long it is remembered, by what its client sends
 * alone: answers may take another way. Pure: knows no table and no clock.
 */
#ifndef ANYCAST6_TRACK_H
#define ANYCAST6_TRACK_H

#include <linux/in6.h>
#include <linux/types.h>

/* The flags of a TCP header, at their bits in it; none for other protocols. */
#define ANYCAST6_TRACK_FIN	0x01
#define ANYCAST6_TRACK_SYN	0x02
#define ANYCAST6_TRACK_RST	0x04
#define ANYCAST6_TRACK_ACK	0x10
/* the flags that may change the state of an established flow */
#define ANYCAST6_TRACK_CHANGES	(ANYCAST6_TRACK_FIN | ANYCAST6_TRACK_SYN | \
				 ANYCAST6_TRACK_RST)

/* Stands in place of an IP protocol for all that a source sends: no flow's own
 * protocol is hop-by-hop options.
 */
#define ANYCAST6_TRACK_SOURCE	IPPROTO_HOPOPTS

/* How far a segment may be ahead of what was seen and still count: more than a
 * GSO packet, and little enough that a forger does not hit it.
 */
#define ANYCAST6_TRACK_WINDOW	0x100000u

/* How far a segment may be behind: what was lost on the way to the server is sent
 * again, up to a window of TCP later.
 */
#define ANYCAST6_TRACK_BEHIND	0x1000000u

/* For how long a connection that closes, or was reset, may still have segments on
 * their way, s.
 */
#define ANYCAST6_TRACK_REST	10

/* For how long after the last segment that another router saw of a connection the
 * next one may be anywhere, s: as long as it takes to hear of it, and to take over.
 */
#define ANYCAST6_TRACK_RESUME	60

/**
 * struct anycast6_segment - what of a segment matters
 * @seq: sequence number of its first byte; host order
 * @end: that of the byte behind it, a SYN and a FIN counted
 * @flags: ANYCAST6_TRACK_*
 */
struct anycast6_segment {
	u32 seq;
	u32 end;
	u8 flags;
};

/* What is believed of what the client sends. */
enum anycast6_trust {
	/* all of it was seen, from the SYN on */
	ANYCAST6_TRUST_WITNESSED,
	/* another SYN went on, or segments came that do not belong together: one
	 * of them may be forged, so ends are not believed any more
	 */
	ANYCAST6_TRUST_BLIND,
	/* it was first seen in its midst: it is remembered for minutes only */
	ANYCAST6_TRUST_PICKED,
};

/**
 * struct anycast6_track - a TCP connection, as far as it is
 * @next: what its next segment begins with; host order
 * @syn: what a segment begins with that goes on with the last SYN, if @tries
 * @state: enum anycast6_flow_state
 * @trust: enum anycast6_trust
 * @tries: a SYN came that is not known to have gone on
 * @rests: nothing came for ANYCAST6_TRACK_REST
 * @resumes: no segment was seen here, but another router saw one less than
 *           ANYCAST6_TRACK_RESUME ago
 */
struct anycast6_track {
	u32 next;
	u32 syn;
	u8 state;
	u8 trust;
	bool tries;
	bool rests;
	bool resumes;
};

bool anycast6_track_pins(u8 proto, u8 flags);
void anycast6_track_begin(struct anycast6_track *track,
			  const struct anycast6_segment *segment);
bool anycast6_track_segment(struct anycast6_track *track,
			    const struct anycast6_segment *segment);
unsigned int anycast6_track_timeout(u8 proto, u8 state, u8 trust);

/**
 * anycast6_track_is_ahead() - whether a segment has new data where it is expected
 * @next: what the next segment begins with
 * @end: of the segment
 *
 * Context: any.
 */
static inline bool anycast6_track_is_ahead(u32 next, u32 end)
{
	return end - next - 1 < ANYCAST6_TRACK_WINDOW;
}

/**
 * anycast6_track_is_near() - whether a segment may belong to a connection
 * @next: what the next segment begins with
 * @end: of the segment
 *
 * Context: any.
 */
static inline bool anycast6_track_is_near(u32 next, u32 end)
{
	return end - next + ANYCAST6_TRACK_BEHIND <=
	       ANYCAST6_TRACK_BEHIND + ANYCAST6_TRACK_WINDOW;
}

#endif
