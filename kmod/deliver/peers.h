/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peers: which own addresses a peer's flow came to, remembered for as long as an
 * answer may take; and who opened the flows of which that is not remembered.
 * Knows no packets, and not which source an answer gets.
 */
#ifndef ANYCAST6_PEERS_H
#define ANYCAST6_PEERS_H

#include <linux/in6.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "lib/hash.h"
#include "lib/initiator.h"
#include "lib/opened.h"
#include "lib/recall.h"

struct anycast6_group;

#define ANYCAST6_PEER_LOCKS	64
/* the number of pairs is a power of two, with this exponent */
#define ANYCAST6_PEER_INITIATOR_BITS	12
/* in place of a protocol: no flow's own is hop-by-hop options */
#define ANYCAST6_PEER_CLIENT	IPPROTO_HOPOPTS
/* the own addresses of a flow that are anycast addresses */
#define ANYCAST6_PEER_GROUPS	(ANYCAST6_RECALL_OWNS - 1)

/**
 * struct anycast6_peer_key - what distinguishes flows of peers; this node's own
 * address is no part of it
 * @addr: the peer, network order
 * @port: the peer's port, network order; of ICMPv6 echo, the identifier
 * @local: this node's port, network order; of ICMPv6 echo, 0
 * @ports: @port and @local
 * @domain: as in struct anycast6_key, of @addr
 * @proto: IP protocol; %ANYCAST6_PEER_CLIENT, without ports, stands for all flows
 *         of the peer
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
 * @groups: the anycast addresses that it came to, by their number in @recall less
 *          one, each with a reference, or NULL; RCU, writers under the bucket's lock
 * @recall: what was asked and answered
 * @usual: hash of the source that the kernel chooses for answers, 0 if that is not
 *         known; READ_ONCE()
 * @tracked: connection tracking saw one of its packets; READ_ONCE()
 * @settled: number of the own address that the last answer belonged to; READ_ONCE()
 * @rcu: frees it after its readers
 */
struct anycast6_peer {
	struct hlist_node node;
	struct anycast6_peer_key key;
	struct anycast6_group __rcu *groups[ANYCAST6_PEER_GROUPS];
	struct anycast6_recall recall;
	u32 usual;
	bool tracked;
	u8 settled;
	struct rcu_head rcu;
};

/**
 * struct anycast6_peer_question - a question that came to an anycast address
 * @key: the flow's
 * @hash: of @key
 * @group: the anycast address
 * @mark: how its data begin
 * @tracked: connection tracking saw it
 * @behind: a question to another address came before it, and is not answered
 */
struct anycast6_peer_question {
	const struct anycast6_peer_key *key;
	u64 hash;
	struct anycast6_group *group;
	u64 mark;
	bool tracked;
	bool behind;
};

/**
 * struct anycast6_peers - the flows of a namespace's peers
 * @max: the sysctl max_flows, READ_ONCE()
 * @times: the sysctls that say for how long flows are remembered
 * @born: when the table was made, jiffies; constant
 * @shift: hash >> @shift is the number of a bucket; constant
 * @count: how many flows there are; atomic
 * @next: the bucket where @upkeep goes on; only @upkeep uses it
 * @upkeep: forgets flows that are over; queued while there are any
 * @locks: those of buckets, each shared by every %ANYCAST6_PEER_LOCKS'th one
 * @initiators: who spoke first in the flows that are not in @buckets; without a
 *              lock
 * @opened: which of these this node opened; without a lock
 * @secret: of all hashes of flows; constant
 * @buckets: a power of two of them
 */
struct anycast6_peers {
	const unsigned int *max;
	const struct anycast6_recall_times *times;
	unsigned long born;
	unsigned int shift;
	atomic_t count;
	unsigned int next;
	struct delayed_work upkeep;
	spinlock_t locks[ANYCAST6_PEER_LOCKS];	/* protect buckets */
	struct anycast6_initiator_pair
		initiators[BIT(ANYCAST6_PEER_INITIATOR_BITS)];
	struct anycast6_opened_pair opened[BIT(ANYCAST6_PEER_INITIATOR_BITS)];
	struct anycast6_hash_secret secret;
	struct hlist_head buckets[];
};

struct anycast6_peers *
anycast6_peers_alloc(const unsigned int *max,
		     const struct anycast6_recall_times *times);
void anycast6_peers_free(struct anycast6_peers *peers);
bool anycast6_peer_remember(struct anycast6_peers *peers,
			    const struct anycast6_peer_question *question);
u8 anycast6_peer_add_group(struct anycast6_peers *peers,
			   struct anycast6_peer *peer, u64 hash,
			   struct anycast6_group *group);
void anycast6_peer_ask(struct anycast6_peers *peers, struct anycast6_peer *peer,
		       u8 own, u64 mark);

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
 * anycast6_peer_own() - the number that an anycast address has in a flow
 * @peer: the flow
 * @group: the address
 *
 * Context: RCU.
 * Return: the number, ANYCAST6_RECALL_NONE if the flow did not come there.
 */
static inline u8 anycast6_peer_own(const struct anycast6_peer *peer,
				   const struct anycast6_group *group)
{
	unsigned int i;

	for (i = 0; i < ANYCAST6_PEER_GROUPS; i++)
		if (rcu_access_pointer(peer->groups[i]) == group)
			return i + 1;
	return ANYCAST6_RECALL_NONE;
}

/**
 * anycast6_peer_group() - the anycast address that has a number in a flow
 * @peer: the flow
 * @own: the number, not that of unicast addresses
 *
 * Context: RCU.
 * Return: the address, or NULL.
 */
static inline struct anycast6_group *
anycast6_peer_group(const struct anycast6_peer *peer, u8 own)
{
	return rcu_dereference(peer->groups[own - 1]);
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

static inline struct anycast6_opened_pair *
anycast6_peer_opened(struct anycast6_peers *peers, u64 hash)
{
	return &peers->opened[hash >> (64 - ANYCAST6_PEER_INITIATOR_BITS)];
}

/**
 * anycast6_peer_mark() - read how the data of a question or an answer begin
 * @skb: the packet
 * @offset: of its data, bytes
 *
 * Context: any.
 * Return: the first bytes, 0 if there are fewer.
 */
static inline u64 anycast6_peer_mark(const struct sk_buff *skb,
				     unsigned int offset)
{
	u64 buf, mark = 0;
	const void *data;

	data = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (data)
		memcpy(&mark, data, sizeof(mark));
	return mark;
}

/**
 * anycast6_peer_set_client() - make a key that stands for all flows of a peer
 * @key: that of one of its flows, and result
 *
 * Context: any.
 */
static inline void anycast6_peer_set_client(struct anycast6_peer_key *key)
{
	key->ports = 0;
	key->proto = ANYCAST6_PEER_CLIENT;
}

#endif
