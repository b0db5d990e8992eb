/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What becomes of a flow whose member does not take a packet of it: only a
 * settled state of the member moves a connection, one failed lookup does not.
 * Pure: knows no packet, no table and no clock.
 */
#ifndef ANYCAST6_STAY_H
#define ANYCAST6_STAY_H

#include <linux/types.h>

enum anycast6_stay {
	/* the flow gets another member */
	ANYCAST6_STAY_MOVES,
	/* another member gets this packet, the flow stays */
	ANYCAST6_STAY_DETOURS,
	/* the packet is dropped, the flow stays */
	ANYCAST6_STAY_WAITS,
	/* the member gets the packet all the same */
	ANYCAST6_STAY_GOES_ON,
	/* the packet is answered by an RST and dropped: its connection is lost */
	ANYCAST6_STAY_RESETS,
};

/* For how long nothing is done about segments of a lost connection that may be made
 * up, ms: a client sends again what is near several times until then.
 */
#define ANYCAST6_STAY_DOUBT	3000

/**
 * struct anycast6_stay_facts - what is known when a member refuses a packet
 * @gone: for how long the member has been down, be it for one reason after
 *        another, and not on hold; ms
 * @waited: for how long no packet of the flow has reached the member, ms
 * @grace: for how long a connection waits for a path that is gone, ms
 * @flow_state: of the flow, enum anycast6_flow_state
 * @proto: IP protocol of the flow
 * @remote: the member is remote
 * @used: the member has been up, or draining, since it was configured
 * @reaches: the member would get the packet if it were up
 * @denied: the way to the member is there, but not for this flow: rules say so,
 *          or this node does not forward
 * @state: of the member, enum anycast6_state
 * @reason: why it is down, enum anycast6_reason; 0 if it comes up just now
 * @refusal: why it does not take the packet, enum anycast6_verdict
 * @resets: a segment of the flow may be answered by an RST
 * @opens: the segment has a SYN or an RST, which no RST answers
 * @near: the segment is where the flow's next one is expected, or near it
 * @witnessed: the flow was seen from its SYN on, and no other has come since, so
 *             that it is known what is near
 */
struct anycast6_stay_facts {
	u64 gone;
	u32 waited;
	u32 grace;
	u8 flow_state;
	u8 proto;
	bool remote;
	bool used;
	bool reaches;
	bool denied;
	u8 state;
	u8 reason;
	u8 refusal;
	bool resets;
	bool opens;
	bool near;
	bool witnessed;
};

enum anycast6_stay
anycast6_stay_decide(const struct anycast6_stay_facts *facts);
u32 anycast6_stay_left(const struct anycast6_stay_facts *facts);

/**
 * struct anycast6_claim_facts - what is known of a packet to an address that
 * has only just got members on other nodes
 * @age: for how long it has had some, ms; it may stay what it is once it is over
 *       every grace
 * @grace: for how long a connection waits, ms
 * @proto: IP protocol
 * @known: its flow is remembered, and its member does not take the packet
 * @flow_state: of the flow if @known, enum anycast6_flow_state
 * @goes_on: it is of a flow that may have been remembered, and neither begins a
 *           connection nor resets one
 */
struct anycast6_claim_facts {
	u32 age;
	u32 grace;
	u8 proto;
	bool known;
	u8 flow_state;
	bool goes_on;
};

enum anycast6_stay
anycast6_stay_unclaimed(const struct anycast6_claim_facts *facts);

#endif
