// SPDX-License-Identifier: GPL-2.0
/*
 * Which flow gives way when a new one finds no room in the table. A flood of
 * packets that anybody can make up takes the place of its like, not that of
 * connections in use. Pure: knows no table and no clock.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/time64.h>

#include <uapi/linux/anycast6.h>

#include "lib/evict.h"
#include "lib/track.h"
#include "lib/turn.h"

/* A flow is proven when a packet came so long after its first one, ms: who makes
 * up flows has to come back to each of them.
 */
#define PROOF_AGE	MSEC_PER_SEC

/* A flow is idle after so long, ms. What has only begun, or is about to end, has
 * its next packet within a few round trips. What has lasted may keep itself
 * alive, as QUIC and WebSockets do, mostly within half a minute.
 */
#define BEGUN_IDLE	MSEC_PER_SEC
#define LASTING_IDLE	(30 * MSEC_PER_SEC)
/* What passes another router was idle when that told of it, and had packets since. It
 * may be told of a little late.
 */
#define LOADED_IDLE	(LASTING_IDLE + (ANYCAST6_TURN_ROUND + 2) * MSEC_PER_SEC)

/* Flows that are proven may have all but 1 / UNPROVEN_PART of the table, so that
 * a new one always has others to take the place of.
 */
#define UNPROVEN_PART	4

/* Where anybody could have made up all packets of two flows, that of which more
 * than one came may be silent for so many times as long as the other one. If it
 * went before the other in any case, a flood of such flows would leave a SYN no
 * time until the client goes on.
 */
#define PATIENCE	4

/* The handshake shows that the client gets what is sent to its address, or that
 * the forger knows what he should not; but answers may take another way, so who
 * makes up a SYN and what follows it is believed, too, for BEGUN_IDLE.
 */
static bool had_handshake(const struct anycast6_evict_facts *facts)
{
	return facts->proto == IPPROTO_TCP &&
	       facts->trust == ANYCAST6_TRUST_WITNESSED;
}

static bool has_lasted(const struct anycast6_evict_facts *facts)
{
	return facts->proven &&
	       facts->state == ANYCAST6_FLOW_STATE_ESTABLISHED;
}

/* Returns for how long a flow may be silent until it is idle, ms. */
static u32 find_patience(const struct anycast6_evict_facts *facts)
{
	if (!has_lasted(facts))
		return BEGUN_IDLE;
	return facts->loaded ? LOADED_IDLE : LASTING_IDLE;
}

/**
 * anycast6_evict_grade() - what a flow is worth
 * @facts: what is known of it
 *
 * Context: any.
 */
enum anycast6_evict_grade
anycast6_evict_grade(const struct anycast6_evict_facts *facts)
{
	if (facts->over || facts->state == ANYCAST6_FLOW_STATE_CLOSED)
		return ANYCAST6_EVICT_ENDED;
	if (facts->state == ANYCAST6_FLOW_STATE_NEW)
		return ANYCAST6_EVICT_NEW;
	if (!facts->proven && !had_handshake(facts))
		return ANYCAST6_EVICT_UNPROVEN;
	if (facts->unclaimed || facts->idle >= find_patience(facts))
		return ANYCAST6_EVICT_IDLE;
	return facts->proven ? ANYCAST6_EVICT_LASTING : ANYCAST6_EVICT_BEGUN;
}

/**
 * anycast6_evict_yields() - whether a flow may give way to a new one
 * @facts: what is known of the flow
 * @above: the address of the new one has more than its share
 *
 * Nobody knows yet what the new one is, so connections in use do not give way to
 * it. An address that has more than its share takes only from itself and its
 * like. One that has not may also take from those what has just begun: else a
 * flood of forged handshakes would leave it nothing.
 *
 * Context: any.
 */
bool anycast6_evict_yields(const struct anycast6_evict_facts *facts,
			   bool above)
{
	enum anycast6_evict_grade grade = anycast6_evict_grade(facts);

	if (grade == ANYCAST6_EVICT_ENDED)
		return true;
	if (above && !facts->above)
		return false;
	if (!above && facts->above)
		return grade <= ANYCAST6_EVICT_BEGUN;
	return grade <= ANYCAST6_EVICT_IDLE;
}

/**
 * anycast6_evict_hands_over() - whether a flow that is proven may be taken for
 * one that is not, so that another one is proven in its place
 * @facts: what is known of the flow
 * @above: the address of the other one has more than its share
 *
 * Context: any.
 */
bool anycast6_evict_hands_over(const struct anycast6_evict_facts *facts,
			       bool above)
{
	enum anycast6_evict_grade grade = anycast6_evict_grade(facts);

	if (!facts->proven)
		return false;
	if (grade == ANYCAST6_EVICT_ENDED)
		return true;
	if (facts->above != above)
		return facts->above;
	return grade <= ANYCAST6_EVICT_IDLE;
}

/* What orders flows before their idle times do: the first to go has the least. */
enum rank {
	RANK_OVER_ABOVE,
	RANK_OVER,
	/* both can be made up */
	RANK_MADE_UP_ABOVE,
	RANK_MADE_UP,
	/* what never went on after its handshake may be made up as well: if an
	 * address has more than its share of them, others keep theirs
	 */
	RANK_SILENT_ABOVE,
	RANK_BEGUN_ABOVE,
	RANK_SILENT,
	RANK_LASTED_ABOVE,
	RANK_LASTED,
	RANK_BEGUN,
	RANK_LASTING_ABOVE,
	RANK_LASTING,
};

static enum rank find_rank(const struct anycast6_evict_facts *facts,
			   enum anycast6_evict_grade grade)
{
	switch (grade) {
	case ANYCAST6_EVICT_ENDED:
		return facts->above ? RANK_OVER_ABOVE : RANK_OVER;
	case ANYCAST6_EVICT_NEW:
	case ANYCAST6_EVICT_UNPROVEN:
		return facts->above ? RANK_MADE_UP_ABOVE : RANK_MADE_UP;
	case ANYCAST6_EVICT_IDLE:
		if (has_lasted(facts))
			return facts->above ? RANK_LASTED_ABOVE : RANK_LASTED;
		return facts->above ? RANK_SILENT_ABOVE : RANK_SILENT;
	case ANYCAST6_EVICT_BEGUN:
		return facts->above ? RANK_BEGUN_ABOVE : RANK_BEGUN;
	case ANYCAST6_EVICT_LASTING:
		break;
	}
	return facts->above ? RANK_LASTING_ABOVE : RANK_LASTING;
}

static u32 scale_idle(const struct anycast6_evict_facts *facts,
		      enum anycast6_evict_grade grade)
{
	if (grade == ANYCAST6_EVICT_UNPROVEN ||
	    (grade == ANYCAST6_EVICT_NEW && facts->again))
		return facts->idle / PATIENCE;
	return facts->idle;
}

/**
 * anycast6_evict_compare() - which of two flows gives way first
 * @a: what is known of one
 * @b: what is known of the other
 *
 * What anybody can make up goes before what was believed, wherever it is. Of
 * equals, what is of an address with more than its share; and what has only begun
 * there goes before what is silent elsewhere, or new connections to an address
 * would push each other out while another one is flooded. Of these, what was idle
 * for longest: in a flood, a new connection has the longest time to go on.
 *
 * Context: any.
 * Return: less than 0 if it is @a, more than 0 if it is @b, else 0.
 */
int anycast6_evict_compare(const struct anycast6_evict_facts *a,
			   const struct anycast6_evict_facts *b)
{
	enum anycast6_evict_grade first = anycast6_evict_grade(a);
	enum anycast6_evict_grade second = anycast6_evict_grade(b);
	enum rank rank = find_rank(a, first), other = find_rank(b, second);
	u32 idle = scale_idle(a, first), others = scale_idle(b, second);

	if (rank != other)
		return rank < other ? -1 : 1;
	if (idle != others)
		return idle > others ? -1 : 1;
	return 0;
}

/**
 * anycast6_evict_proves() - whether a packet shows that its flow lasts
 * @state: of the flow, with the packet, enum anycast6_flow_state
 * @age: how long ago its first packet came, ms
 *
 * Context: any.
 */
bool anycast6_evict_proves(u8 state, u32 age)
{
	return state == ANYCAST6_FLOW_STATE_ESTABLISHED && age >= PROOF_AGE;
}

/**
 * anycast6_evict_is_above() - whether an address has more than its share
 * @flows: how many flows it has
 * @addresses: how many addresses have flows
 * @max: for how many flows there is room
 *
 * All addresses that have flows have the same share. What one leaves of it, others
 * may use.
 *
 * Context: any.
 */
bool anycast6_evict_is_above(u32 flows, u32 addresses, u32 max)
{
	return (u64)flows * addresses > max;
}

/**
 * anycast6_evict_most_proven() - how many flows may be proven
 * @max: for how many flows there is room
 *
 * Context: any.
 */
u32 anycast6_evict_most_proven(u32 max)
{
	return max - max / UNPROVEN_PART;
}
