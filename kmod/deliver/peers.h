/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peers: which anycast address their flows came to, for as long as an answer
 * may take. Knows no packets, and not what an answer is to carry.
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
#define ANYCAST6_PEER_INITIATOR_BITS	12
#define ANYCAST6_PEER_TIMEOUT	(30 * HZ)

/**
 * struct anycast6_peer_key - what makes a peer's flow one flow, whichever of
 * this node's addresses it comes to
 * @addr: the peer, network order
 * @port: its port, network order; of ICMPv6 echo, the identifier
 * @local: this node's port, network order
 * @ports: both
 * @domain: as of struct anycast6_key, of @addr
 * @proto: IP protocol
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
 * @node: in a bucket; readers under RCU, writers under its lock
 * @key: constant
 * @group: the anycast address, with a reference; constant
 * @used: when its last packet came, jiffies; READ_ONCE()
 * @elsewhere: that packet came to a unicast address; READ_ONCE()
 * @tracked: connection tracking saw one; READ_ONCE()
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
 * struct anycast6_peers - a namespace's
 * @max: the sysctl, READ_ONCE()
 * @born: when it was made, jiffies; constant
 * @shift: how many bits of a hash are too many; constant
 * @count: how many there are; atomic
 * @next: the bucket where @upkeep goes on; itself alone
 * @upkeep: forgets them, while there are any
 * @locks: a bucket's writers have one of them
 * @initiators: of the other flows
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
	struct hlist_head buckets[];
};

struct anycast6_peers *anycast6_peers_alloc(const unsigned int *max);
void anycast6_peers_free(struct anycast6_peers *peers);
bool anycast6_peer_remember(struct anycast6_peers *peers,
			    const struct anycast6_peer_key *key, u64 hash,
			    struct anycast6_group *group, bool tracked);

/**
 * anycast6_peer_hash_of() - hash a flow that there is no key of yet
 * @addr: as in struct anycast6_peer_key
 * @ports: the same
 * @domain: the same
 * @proto: the same
 *
 * Context: any.
 */
static __always_inline u64 anycast6_peer_hash_of(const struct in6_addr *addr,
						 u32 ports, u32 domain,
						 u32 proto)
{
	const u32 *w = (__force const u32 *)addr->s6_addr32;

	/* nobody outside chooses a domain */
	domain += proto * GOLDEN_RATIO_32;
	return anycast6_hash_end(anycast6_hash_pair(w[0], w[1], 0) +
				 anycast6_hash_pair(w[2], w[3], 2) +
				 anycast6_hash_pair(ports, domain, 4));
}

static inline u64 anycast6_peer_hash(const struct anycast6_peer_key *key)
{
	return anycast6_peer_hash_of(&key->addr, key->ports, key->domain,
				     key->proto);
}

static inline bool anycast6_peer_is(const struct anycast6_peer *peer,
				    const struct anycast6_peer_key *key)
{
	const u64 *a = (const u64 *)&peer->key, *b = (const u64 *)key;

	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]));
}

/**
 * anycast6_peer_find() - find a flow
 * @peers: the namespace's
 * @key: of the flow
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

/* Other bits of a hash than those that choose a place. */
static inline u32 anycast6_peer_tag(u64 hash)
{
	return FIELD_GET(ANYCAST6_INITIATOR_TAG,
			 hash << ANYCAST6_PEER_INITIATOR_BITS);
}

/* In ticks, see notes.h. */
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
