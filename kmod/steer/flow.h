/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows: which member each has, so that it stays there. Knows of packets only
 * what was parsed, and not how a member is chosen.
 */
#ifndef ANYCAST6_FLOW_H
#define ANYCAST6_FLOW_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/jiffies.h>
#include <linux/rhashtable.h>

#include <uapi/linux/anycast6.h>

#include "lib/hash.h"
#include "lib/packet.h"
#include "lib/track.h"

struct anycast6_flow_news;
struct anycast6_member;
struct anycast6_net;
struct in6_addr;

/* What of a flow's track changes together, in one word. That of a connection which
 * was seen from its SYN on and lasts is %ANYCAST6_FLOW_STATE_ESTABLISHED alone.
 */
#define ANYCAST6_FLOW_STATE	GENMASK(3, 0)
#define ANYCAST6_FLOW_TRUST	GENMASK(6, 4)
/* Another router said so, or this one before: no packet was seen here since. */
#define ANYCAST6_FLOW_LOADED	BIT(7)
#define ANYCAST6_FLOW_TRIES	BIT(8)
/* It has not lasted yet, and gives way to others. */
#define ANYCAST6_FLOW_UNPROVEN	BIT(9)
/* It is new, and its first packet was not the only one. */
#define ANYCAST6_FLOW_AGAIN	BIT(10)
/* When its first packet came, in quarters of a second, while it is UNPROVEN. */
#define ANYCAST6_FLOW_BORN	GENMASK(21, 11)
#define ANYCAST6_FLOW_PROOF	(ANYCAST6_FLOW_UNPROVEN | ANYCAST6_FLOW_BORN)
/* When it began to wait for its member, in quarters of a second; 0: it does not. */
#define ANYCAST6_FLOW_WAITS	GENMASK(31, 22)

/* The state of a flow that is in the table no more, beyond those of enum
 * anycast6_flow_state.
 */
#define ANYCAST6_FLOW_REMOVED	(ANYCAST6_FLOW_STATE | ANYCAST6_FLOW_UNPROVEN)

/* what a packet means for its flow */
enum anycast6_step {
	/* nothing changes but when the flow was used last */
	ANYCAST6_STEP_GOES_ON,
	/* the state changes once the packet has gone on */
	ANYCAST6_STEP_CHANGES,
	/* a new flow of the same key begins, which needs a member */
	ANYCAST6_STEP_BEGINS,
};

/**
 * struct anycast6_flow - a flow that has a member
 * @node: in flows->table
 * @key: constant
 * @member: its member, with a reference, NULL when it ends; RCU, replaced by
 *          cmpxchg()
 * @used: when its last packet came, jiffies; READ_ONCE()
 * @state: ANYCAST6_FLOW_STATE and the like, or ANYCAST6_FLOW_REMOVED; READ_ONCE(),
 *         replaced by cmpxchg()
 * @next: of TCP, as of struct anycast6_track; READ_ONCE(), a race loses one
 *        packet's
 * @syn: the same
 * @rcu: frees it after its readers
 */
struct anycast6_flow {
	struct rhash_head node;
	struct anycast6_flow_key key;
	struct anycast6_member __rcu *member;
	u32 used;
	u32 state;
	u32 next;
	u32 syn;
	struct rcu_head rcu;
};

/**
 * struct anycast6_flow_image - what a flow is to begin as
 * @key: the flow
 * @track: how far it is
 * @used: when its last packet came, jiffies
 * @flags: what its state has beyond its track
 */
struct anycast6_flow_image {
	const struct anycast6_flow_key *key;
	struct anycast6_track track;
	u32 used;
	u32 flags;
};

/**
 * struct anycast6_flows - a namespace's flows
 * @table: by key; lock-free for readers
 * @count: how many there are, or are about to be inserted; atomic
 * @proven: how many of them are not ANYCAST6_FLOW_UNPROVEN; atomic
 * @addresses: how many addresses have flows; atomic
 * @max: the sysctl max_flows, READ_ONCE()
 * @news: which of them changed, NULL while nobody listens; RCU, writers under
 *        an->lock
 */
struct anycast6_flows {
	struct rhashtable table;
	atomic_t count;
	atomic_t proven;
	atomic_t addresses;
	const unsigned int *max;
	struct anycast6_flow_news __rcu *news;
};

/**
 * struct anycast6_flow_filter - which flows are meant
 * @addr: those to this anycast address, NULL for all
 * @domain: those in this domain (struct anycast6_key), 0 for all
 */
struct anycast6_flow_filter {
	const struct in6_addr *addr;
	u32 domain;
};

#define ANYCAST6_FLOW_WORDS	(sizeof(struct anycast6_flow_key) / sizeof(u32))

/* The seed is the table's own, and is part of what the words are hidden by that a
 * sender chooses: his address and his ports. So flows that collide in one namespace
 * need not do so in another.
 */
static inline u32 anycast6_flow_hash(const void *data, u32 len, u32 seed)
{
	const struct anycast6_hash_secret *secret = &anycast6_hash_common;
	const u32 *w = data;
	u64 sum;

	BUILD_BUG_ON(ANYCAST6_FLOW_WORDS != 12);
	/* unrolled by hand: compilers would keep a loop */
	sum = anycast6_hash_pair(secret, w[0] + seed, w[1], 0) +
	      anycast6_hash_pair(secret, w[2] + seed, w[3], 2) +
	      anycast6_hash_pair(secret, w[4], w[5], 4) +
	      anycast6_hash_pair(secret, w[6], w[7], 6) +
	      anycast6_hash_pair(secret, w[8] + seed, w[9], 8) +
	      anycast6_hash_pair(secret, w[10], w[11], 10);
	return anycast6_hash_end(sum) >> 32;
}

/* Without a branch for each word, as memcmp() has them. */
static inline int anycast6_flow_differs(struct rhashtable_compare_arg *arg,
					const void *object)
{
	const struct anycast6_flow *flow = object;
	const u64 *a = arg->key, *b = (const u64 *)&flow->key;
	unsigned int i;
	u64 bits = 0;

	for (i = 0; i < ANYCAST6_FLOW_WORDS / 2; i++)
		bits |= a[i] ^ b[i];
	return bits != 0;
}

static const struct rhashtable_params anycast6_flow_params = {
	.head_offset = offsetof(struct anycast6_flow, node),
	.key_offset = offsetof(struct anycast6_flow, key),
	.key_len = sizeof(struct anycast6_flow_key),
	.hashfn = anycast6_flow_hash,
	.obj_cmpfn = anycast6_flow_differs,
	.automatic_shrinking = true,
};

int anycast6_flows_init(struct anycast6_flows *flows, const unsigned int *max);
void anycast6_flows_free(struct anycast6_flows *flows);
int anycast6_flows_walk(struct anycast6_flows *flows,
			int (*visit)(struct anycast6_flows *flows,
				     struct anycast6_flow *flow, void *arg),
			void *arg);
void anycast6_flows_expire(struct anycast6_flows *flows,
			   struct anycast6_net *an);
void anycast6_flows_flush(struct anycast6_flows *flows,
			  const struct anycast6_flow_filter *filter);
bool anycast6_flow_filter_passes(const struct anycast6_flow_filter *filter,
				 const struct anycast6_flow *flow);

bool anycast6_flow_set_state(struct anycast6_flows *flows,
			     struct anycast6_flow *flow, u32 old, u32 state);
bool anycast6_flow_remove(struct anycast6_flows *flows,
			  struct anycast6_flow *flow);
int anycast6_flow_insert(struct anycast6_flows *flows,
			 const struct anycast6_flow_image *image,
			 struct anycast6_member *member);
bool anycast6_flow_pin(struct anycast6_flows *flows,
		       const struct anycast6_packet *packet,
		       struct anycast6_member *member);
bool anycast6_flow_hand_over(struct anycast6_flows *flows,
			     struct anycast6_flow *flow,
			     struct anycast6_member *member);
bool anycast6_flow_move(struct anycast6_flows *flows,
			struct anycast6_flow *flow,
			struct anycast6_member *member);
void anycast6_flow_begin(struct anycast6_flow *flow,
			 const struct anycast6_flow_image *image);
bool anycast6_flow_overwrite(struct anycast6_flows *flows,
			     struct anycast6_flow *flow,
			     const struct anycast6_flow_image *image);
void anycast6_flow_read(const struct anycast6_flow *flow,
			struct anycast6_track *track);
enum anycast6_step
anycast6_flow_foresee(struct anycast6_flow *flow,
		      const struct anycast6_segment *segment);
void anycast6_flow_go_on(struct anycast6_flows *flows,
			 struct anycast6_flow *flow,
			 const struct anycast6_segment *segment);
void anycast6_flow_wait(struct anycast6_flow *flow);
u32 anycast6_flow_waited(const struct anycast6_flow *flow);
unsigned int anycast6_flow_timeout(const struct anycast6_flow *flow);
bool anycast6_flow_is_over(const struct anycast6_flow *flow);
u32 anycast6_flow_idle(const struct anycast6_flow *flow);

/**
 * anycast6_flow_state() - how far a flow is
 * @flow: the flow
 *
 * Context: any that keeps @flow.
 * Return: enum anycast6_flow_state.
 */
static inline u8 anycast6_flow_state(const struct anycast6_flow *flow)
{
	return READ_ONCE(flow->state) & ANYCAST6_FLOW_STATE;
}

/**
 * anycast6_flow_is_proven() - whether a flow has lasted
 * @flow: the flow
 *
 * Context: any that keeps @flow.
 */
static inline bool anycast6_flow_is_proven(const struct anycast6_flow *flow)
{
	return !(READ_ONCE(flow->state) & ANYCAST6_FLOW_UNPROVEN);
}

/**
 * anycast6_flow_is_loaded() - whether nothing of a flow was seen here
 * @flow: the flow
 *
 * Context: any that keeps @flow.
 * Return: true if another router said what is known of it, or this one before,
 * and no packet of it came here since.
 */
static inline bool anycast6_flow_is_loaded(const struct anycast6_flow *flow)
{
	return READ_ONCE(flow->state) & ANYCAST6_FLOW_LOADED;
}

/**
 * anycast6_flow_find() - find the flow of a packet, which may be over
 * @flows: the namespace's
 * @key: the packet's
 *
 * Context: RCU.
 * Return: the flow or NULL.
 */
static inline struct anycast6_flow *
anycast6_flow_find(struct anycast6_flows *flows,
		   const struct anycast6_flow_key *key)
{
	/* rhashtable_lookup() without its own RCU section */
	const struct rhash_head *head =
		__rhashtable_lookup(&flows->table, key, anycast6_flow_params);

	return head ? container_of(head, struct anycast6_flow, node) : NULL;
}

/**
 * anycast6_flow_step() - what one more packet means for its flow
 * @flow: the flow
 * @segment: of TCP, else zero
 *
 * A packet that a filter drops later must leave no trace, so the flow changes by
 * anycast6_flow_go_on() only. Most packets change nothing, so this must stay
 * inline.
 *
 * Context: RCU; any.
 */
static inline enum anycast6_step
anycast6_flow_step(struct anycast6_flow *flow,
		   const struct anycast6_segment *segment)
{
	/* whether a flow that is used in this tick has lasted was seen by the
	 * first packet in it
	 */
	if (likely(READ_ONCE(flow->used) == (u32)jiffies &&
		   (READ_ONCE(flow->state) & ~ANYCAST6_FLOW_PROOF) ==
			   ANYCAST6_FLOW_STATE_ESTABLISHED &&
		   !(segment->flags & ANYCAST6_TRACK_CHANGES) &&
		   anycast6_track_is_near(READ_ONCE(flow->next),
					  segment->end))) {
		/* never of datagrams: both are zero */
		if (anycast6_track_is_ahead(READ_ONCE(flow->next),
					    segment->end))
			WRITE_ONCE(flow->next, segment->end);
		return ANYCAST6_STEP_GOES_ON;
	}
	return anycast6_flow_foresee(flow, segment);
}

#endif
