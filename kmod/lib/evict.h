/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which flow gives way when a new one finds no room in the table. A flood of
 * packets that anybody can make up takes the place of its like, not that of
 * connections in use. Pure: knows no table and no clock.
 */
#ifndef ANYCAST6_EVICT_H
#define ANYCAST6_EVICT_H

#include <linux/types.h>

/* What a flow is worth, the least first. All but the last are counted when one
 * gives way, by this number (see struct anycast6_tally).
 */
enum anycast6_evict_grade {
	/* over, or reset: nothing is lost with it */
	ANYCAST6_EVICT_ENDED,
	/* nothing came that goes on with its first packet */
	ANYCAST6_EVICT_NEW,
	/* two packets came that any sender could have made up, as those of a
	 * datagram's flow, or of a connection that was first seen in its midst
	 */
	ANYCAST6_EVICT_UNPROVEN,
	/* it is believed, and was silent for a while, or has lost its member */
	ANYCAST6_EVICT_IDLE,
	/* a connection whose handshake was seen a moment ago */
	ANYCAST6_EVICT_BEGUN,
	/* it has lasted for a while, and is in use */
	ANYCAST6_EVICT_LASTING,
	/* how many kinds of flows ever give way */
	ANYCAST6_EVICT_KINDS = ANYCAST6_EVICT_LASTING,
};

/**
 * struct anycast6_evict_facts - what is known of a flow
 * @idle: for how long no packet came, ms
 * @state: enum anycast6_flow_state
 * @trust: of TCP, enum anycast6_trust
 * @proto: IP protocol
 * @over: it need not be kept any longer
 * @unclaimed: its member is gone, and may be configured again
 * @again: it is new, and more than one packet came, as a SYN that is sent again
 * @proven: it has lasted: anycast6_evict_proves() has said so
 * @above: its address has more than its share of the table
 * @loaded: its packets pass another router, which tells of them in turns
 */
struct anycast6_evict_facts {
	u32 idle;
	u8 state;
	u8 trust;
	u8 proto;
	bool over;
	bool unclaimed;
	bool again;
	bool proven;
	bool above;
	bool loaded;
};

enum anycast6_evict_grade
anycast6_evict_grade(const struct anycast6_evict_facts *facts);
bool anycast6_evict_yields(const struct anycast6_evict_facts *facts,
			   bool above);
bool anycast6_evict_hands_over(const struct anycast6_evict_facts *facts,
			       bool above);
int anycast6_evict_compare(const struct anycast6_evict_facts *a,
			   const struct anycast6_evict_facts *b);
bool anycast6_evict_proves(u8 state, u32 age);
bool anycast6_evict_is_above(u32 flows, u32 addresses, u32 max);
u32 anycast6_evict_most_proven(u32 max);

#endif
