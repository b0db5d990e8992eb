/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peers: which anycast address a peer's flow came to, remembered for as long as
 * an answer may take. Knows no packets, and not which source an answer gets.
 */
#ifndef ANYCAST6_PEERS_H
#define ANYCAST6_PEERS_H

#include <linux/in6.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "lib/hash.h"
#include "lib/initiator.h"

struct anycast6_group;

#define ANYCAST6_PEER_LOCKS	64
/* the number of pairs is a power of two, with this exponent */
#define ANYCAST6_PEER_INITIATOR_BITS	12
/* how long an answer may take, jiffies */
#define ANYCAST6_PEER_TIMEOUT	(30 * HZ)

/**
 * struct anycast6_peer_key - what distinguishes flows of peers; this node's own
 * address is no part of it
 * @addr: the peer, network order
 * @port: the peer's port, network order; of ICMPv6 echo, the identifier
 * @local: this node's port, network order; of ICMPv6 echo, 0
 * @ports: @port and @local
 * @domain: as in struct anycast6_key, of @addr
 * @proto: IP protocol
 * @zero: fills the last 64-bit word: keys are compared whole
 */
struct anycast6_peer_key {
	struct in6_addr addr;
	union {
		struct {
			__be16 port;
			__be16 local;
		};
		u32 ports;
	};
	u32 domain;
	u32 proto;
	u32 zero;
} __aligned(8);

/**
 * struct anycast6_peer - a flow of a peer to an anycast address
 * @node: in a bucket; readers under RCU, writers under the bucket's lock
 * @key: constant
 * @group: the anycast address, with a reference; constant
 * @used: when its last packet came, jiffies; READ_ONCE()
 * @elsewhere: its last packet did not come to @group; READ_ONCE()
 * @tracked: connection tracking saw one of its packets; READ_ONCE()
 * @rcu: frees it after its readers
 */
struct anycast6_peer {
	struct hlist_node node;
	struct anycast6_peer_key key;
	struct anycast6_group *group;
	u32 used;
	bool elsewhere;
	bool tracked;
	struct rcu_head rcu;
};

/**
 * struct anycast6_peers - the flows of a namespace's peers
 * @max: the sysctl max_flows, READ_ONCE()
 * @born: when the table was made, jiffies; constant
 * @shift: hash >> @shift is the number of a bucket; constant
 * @count: how many flows there are; atomic
 * @next: the bucket where @upkeep goes on; only @upkeep uses it
 * @upkeep: forgets flows that are over; queued while there are any
 * @locks: those of buckets, each shared by every %ANYCAST6_PEER_LOCKS'th one
 * @initiators: who opened the flows that are not in @buckets; without a lock
 * @secret: of all hashes of flows; constant
 * @buckets: a power of two of them
 */
struct anycast6_peers {
	const unsigned int *max;
	unsigned long born;
	unsigned int shift;
	atomic_t count;
	unsigned int next;
	struct delayed_work upkeep;
	spinlock_t locks[ANYCAST6_PEER_LOCKS];	/* protect buckets */
	struct anycast6_initiator_pair
		initiators[BIT(ANYCAST6_PEER_INITIATOR_BITS)];
	struct anycast6_hash_secret secret;
	struct hlist_head buckets[];
};

struct anycast6_peers *anycast6_peers_alloc(const unsigned int *max);
void anycast6_peers_free(struct anycast6_peers *peers);
bool anycast6_peer_remember(struct anycast6_peers *peers,
			    const struct anycast6_peer_key *key, u64 hash,
			    struct anycast6_group *group, bool tracked);

/**
 * anycast6_peer_hash_of() - hash a flow without a struct anycast6_peer_key
 * @peers: the namespace's
 * @addr: as in struct anycast6_peer_key
 * @ports: as in struct anycast6_peer_key
 * @domain: as in struct anycast6_peer_key
 * @proto: as in struct anycast6_peer_key
 *
 * Context: any.
 * Return: the hash; all 64 bits are used.
 */
static __always_inline u64
anycast6_peer_hash_of(const struct anycast6_peers *peers,
		      const struct in6_addr *addr, u32 ports, u32 domain,
		      u32 proto)
{
	const struct anycast6_hash_secret *secret = &peers->secret;
	const u32 *w = (__force const u32 *)addr->s6_addr32;

	/* one word for both: a peer does not choose its domain, so it can't
	 * make flows collide by that
	 */
	domain += proto * GOLDEN_RATIO_32;
	return anycast6_hash_end(anycast6_hash_pair(secret, w[0], w[1], 0) +
				 anycast6_hash_pair(secret, w[2], w[3], 2) +
				 anycast6_hash_pair(secret, ports, domain, 4));
}

static inline u64 anycast6_peer_hash(const struct anycast6_peers *peers,
				     const struct anycast6_peer_key *key)
{
	return anycast6_peer_hash_of(peers, &key->addr, key->ports,
				     key->domain, key->proto);
}

static inline bool anycast6_peer_is(const struct anycast6_peer *peer,
				    const struct anycast6_peer_key *key)
{
	const u64 *a = (const u64 *)&peer->key, *b = (const u64 *)key;

	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]));
}

/**
 * anycast6_peer_find() - find a flow, which may be over
 * @peers: the namespace's
 * @key: the flow's
 * @hash: of @key
 *
 * Context: RCU.
 * Return: the flow or NULL.
 */
static inline struct anycast6_peer *
anycast6_peer_find(struct anycast6_peers *peers,
		   const struct anycast6_peer_key *key, u64 hash)
{
	struct anycast6_peer *peer;

	hlist_for_each_entry_rcu(peer, &peers->buckets[hash >> peers->shift],
				 node)
		if (anycast6_peer_is(peer, key))
			return peer;
	return NULL;
}

/**
 * anycast6_peer_is_over() - whether it is too late for an answer
 * @peer: the flow
 *
 * Context: any that keeps @peer.
 */
static inline bool anycast6_peer_is_over(const struct anycast6_peer *peer)
{
	return (s32)((u32)jiffies - READ_ONCE(peer->used)) >
	       ANYCAST6_PEER_TIMEOUT;
}

/* The tag is made of other bits of the hash than those that select the pair. */
static inline u32 anycast6_peer_tag(u64 hash)
{
	return FIELD_GET(ANYCAST6_INITIATOR_TAG,
			 hash << ANYCAST6_PEER_INITIATOR_BITS);
}

/* The time in ticks of lib/initiator.h. */
static inline u32 anycast6_peer_now(void)
{
	u64 now = get_jiffies_64();

	return now >> ANYCAST6_INITIATOR_SHIFT;
}

static inline struct anycast6_initiator_pair *
anycast6_peer_initiators(struct anycast6_peers *peers, u64 hash)
{
	return &peers->initiators[hash >> (64 - ANYCAST6_PEER_INITIATOR_BITS)];
}

#endif
