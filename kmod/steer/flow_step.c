// SPDX-License-Identifier: GPL-2.0
/*
 * How far a flow is: what it begins as, what one packet more means for it, and
 * what it changes of that. Knows one flow at a time, and not who has it.
 */
#include <linux/in.h>

#include <uapi/linux/anycast6.h>

#include "steer/flow.h"
#include "steer/flow_news.h"
#include "steer/proof.h"

/* What a flow's time of waiting is counted in, jiffies. It is told apart for four
 * minutes, twice as long as the longest grace.
 */
#define WAIT_UNIT	(HZ / 4)
/* What a packet of a flow that does not wait leaves as it is, or changes. */
#define TRACKED		(ANYCAST6_FLOW_STATE | ANYCAST6_FLOW_TRUST | \
			 ANYCAST6_FLOW_LOADED | ANYCAST6_FLOW_TRIES | \
			 ANYCAST6_FLOW_WAITS)
/* Listeners are told if these change. */
#define TOLD_BITS	(ANYCAST6_FLOW_STATE | ANYCAST6_FLOW_LOADED | \
			 ANYCAST6_FLOW_UNPROVEN)

static u32 pack_state(const struct anycast6_track *track)
{
	return FIELD_PREP(ANYCAST6_FLOW_STATE, track->state) |
	       FIELD_PREP(ANYCAST6_FLOW_TRUST, track->trust) |
	       (track->tries ? ANYCAST6_FLOW_TRIES : 0);
}

static void write_sequence(struct anycast6_flow *flow,
			   const struct anycast6_track *track)
{
	if (READ_ONCE(flow->next) != track->next)
		WRITE_ONCE(flow->next, track->next);
	if (READ_ONCE(flow->syn) != track->syn)
		WRITE_ONCE(flow->syn, track->syn);
}

/**
 * anycast6_flow_begin() - a flow begins
 * @flow: the flow, which nobody else has yet
 * @image: what it begins as
 *
 * Context: any.
 */
void anycast6_flow_begin(struct anycast6_flow *flow,
			 const struct anycast6_flow_image *image)
{
	flow->key = *image->key;
	flow->used = image->used;
	flow->state = pack_state(&image->track) | image->flags;
	write_sequence(flow, &image->track);
}

/**
 * anycast6_flow_overwrite() - make a flow what it is elsewhere
 * @flows: the namespace's
 * @flow: the flow; it keeps its member
 * @image: what it is to be
 *
 * Context: RCU; any.
 * Return: false if it has ended.
 */
bool anycast6_flow_overwrite(struct anycast6_flows *flows,
			     struct anycast6_flow *flow,
			     const struct anycast6_flow_image *image)
{
	u32 next = pack_state(&image->track) | image->flags;
	u32 state;

	do {
		state = READ_ONCE(flow->state);
		if (state == ANYCAST6_FLOW_REMOVED)
			return false;
	} while (!anycast6_flow_set_state(flows, flow, state, next));
	write_sequence(flow, &image->track);
	WRITE_ONCE(flow->used, image->used);
	return true;
}

static void read_track(const struct anycast6_flow *flow, u32 state,
		       struct anycast6_track *track)
{
	u32 idle = anycast6_flow_idle(flow);

	*track = (struct anycast6_track) {
		.next = READ_ONCE(flow->next),
		.syn = READ_ONCE(flow->syn),
		.state = FIELD_GET(ANYCAST6_FLOW_STATE, state),
		.trust = FIELD_GET(ANYCAST6_FLOW_TRUST, state),
		.tries = state & ANYCAST6_FLOW_TRIES,
		.rests = idle > HZ * ANYCAST6_TRACK_REST,
		.resumes = state & ANYCAST6_FLOW_LOADED &&
			   idle < HZ * ANYCAST6_TRACK_RESUME,
	};
}

/**
 * anycast6_flow_read() - read how far a flow is
 * @flow: the flow
 * @track: result
 *
 * Context: any that keeps @flow.
 */
void anycast6_flow_read(const struct anycast6_flow *flow,
			struct anycast6_track *track)
{
	read_track(flow, READ_ONCE(flow->state), track);
}

/* Returns false if the packet begins a flow of the same key anew. */
static bool track_packet(const struct anycast6_flow *flow,
			 const struct anycast6_segment *segment,
			 struct anycast6_track *track)
{
	if (anycast6_flow_is_over(flow)) {
		anycast6_track_begin(track, segment);
		return false;
	}
	if (flow->key.proto == IPPROTO_TCP)
		return !anycast6_track_segment(track, segment);
	track->state = ANYCAST6_FLOW_STATE_ESTABLISHED;
	track->trust = ANYCAST6_TRUST_WITNESSED;
	return true;
}

static void touch_flow(struct anycast6_flow *flow)
{
	/* most flows that are not WITNESSED come here with each packet */
	if (READ_ONCE(flow->used) != (u32)jiffies)
		WRITE_ONCE(flow->used, (u32)jiffies);
}

/**
 * anycast6_flow_foresee() - the rest of anycast6_flow_step(), for packets that
 * may change the state of their flow
 * @flow: the flow
 * @segment: of TCP, else zero
 *
 * Context: RCU; any.
 */
enum anycast6_step
anycast6_flow_foresee(struct anycast6_flow *flow,
		      const struct anycast6_segment *segment)
{
	u32 state = READ_ONCE(flow->state);
	struct anycast6_track track;

	if (state == ANYCAST6_FLOW_REMOVED)
		return ANYCAST6_STEP_GOES_ON;
	read_track(flow, state, &track);
	if (!track_packet(flow, segment, &track))
		return ANYCAST6_STEP_BEGINS;
	if (pack_state(&track) != (state & TRACKED) ||
	    track.syn != READ_ONCE(flow->syn) ||
	    anycast6_proof_is_due(state, track.state))
		return ANYCAST6_STEP_CHANGES;
	write_sequence(flow, &track);
	touch_flow(flow);
	return ANYCAST6_STEP_GOES_ON;
}

/**
 * anycast6_flow_go_on() - bring a flow up to date with a packet
 * @flows: the namespace's
 * @flow: the flow, which waits no more
 * @segment: of TCP, else zero
 *
 * Context: RCU; any.
 */
void anycast6_flow_go_on(struct anycast6_flows *flows,
			 struct anycast6_flow *flow,
			 const struct anycast6_segment *segment)
{
	u32 state = READ_ONCE(flow->state), next;
	struct anycast6_track track;
	bool goes_on;

	if (state == ANYCAST6_FLOW_REMOVED)
		return;
	read_track(flow, state, &track);
	goes_on = track_packet(flow, segment, &track);
	next = pack_state(&track);
	next |= goes_on ? anycast6_proof_go_on(flows, flow, state, track.state) :
			  anycast6_proof_begin();
	if (next != state &&
	    anycast6_flow_set_state(flows, flow, state, next) &&
	    (next ^ state) & TOLD_BITS)
		anycast6_flow_news_add(flows, flow, next);
	write_sequence(flow, &track);
	touch_flow(flow);
}

/* Returns the time in units of WAIT_UNIT, never 0. */
static u32 wait_clock(void)
{
	u32 now = FIELD_MAX(ANYCAST6_FLOW_WAITS) & (u32)(jiffies / WAIT_UNIT);

	return now ? : 1;
}

/**
 * anycast6_flow_wait() - note that a packet of a flow did not reach its member
 * @flow: the flow
 *
 * Context: RCU; any.
 */
void anycast6_flow_wait(struct anycast6_flow *flow)
{
	u32 state = READ_ONCE(flow->state);

	if (state == ANYCAST6_FLOW_REMOVED || FIELD_GET(ANYCAST6_FLOW_WAITS, state))
		return;
	/* another packet may have changed the state: the next one notes it */
	cmpxchg(&flow->state, state,
		state | FIELD_PREP(ANYCAST6_FLOW_WAITS, wait_clock()));
}

/**
 * anycast6_flow_waited() - for how long no packet of a flow reached its member
 * @flow: the flow
 *
 * Context: any that keeps @flow.
 * Return: ms, 0 if the last one did.
 */
u32 anycast6_flow_waited(const struct anycast6_flow *flow)
{
	u32 since = FIELD_GET(ANYCAST6_FLOW_WAITS, READ_ONCE(flow->state));
	u32 units = (wait_clock() - since) & FIELD_MAX(ANYCAST6_FLOW_WAITS);

	return since ? jiffies_to_msecs(units * WAIT_UNIT) : 0;
}
