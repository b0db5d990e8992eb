// SPDX-License-Identifier: GPL-2.0
/*
 * Peers: which anycast address a peer's flow came to, remembered for as long as
 * an answer may take. Knows no packets, and not which source an answer gets.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "deliver/peers.h"
#include "net.h"
#include "object/group.h"

/* How many flows a bucket has when the table is full. A new flow then takes the
 * place of the bucket's oldest one, so that a flood does not keep others out.
 */
#define DEPTH			8
/* Limits of the exponent of two that is the number of buckets. */
#define ORDER_MIN		8
#define ORDER_MAX		17
#define UPKEEP_INTERVAL		HZ
/* After so many runs of the upkeep, all buckets were looked at. */
#define UPKEEP_TICKS		8

static unsigned int bucket_count(const struct anycast6_peers *peers)
{
	return 1U << (64 - peers->shift);
}

static spinlock_t *lock_of(struct anycast6_peers *peers, unsigned int bucket)
{
	return &peers->locks[bucket % ANYCAST6_PEER_LOCKS];
}

/* Caller holds the bucket's lock, or is the last user of the table. The group
 * may be put at once: it is freed only after a grace period, so readers of
 * @peer can still use it.
 */
static void forget_peer(struct anycast6_peers *peers,
			struct anycast6_peer *peer)
{
	hlist_del_rcu(&peer->node);
	atomic_dec(&peers->count);
	anycast6_group_put(peer->group);
	kfree_rcu(peer, rcu);
}

/* Whatever is sent in a flow that is over is still an answer: it is noted that
 * the peer opened the flow.
 */
static void expire_bucket(struct anycast6_peers *peers, unsigned int bucket)
{
	struct anycast6_peer *peer;
	struct hlist_node *next;
	u64 hash;

	if (hlist_empty(&peers->buckets[bucket]))
		return;
	spin_lock_bh(lock_of(peers, bucket));
	hlist_for_each_entry_safe(peer, next, &peers->buckets[bucket], node) {
		if (!anycast6_peer_is_over(peer))
			continue;
		hash = anycast6_peer_hash(peers, &peer->key);
		anycast6_initiator_came(anycast6_peer_initiators(peers, hash),
					anycast6_peer_tag(hash),
					anycast6_peer_now());
		forget_peer(peers, peer);
	}
	spin_unlock_bh(lock_of(peers, bucket));
}

static void upkeep_peers(struct work_struct *work)
{
	struct anycast6_peers *peers =
		container_of(to_delayed_work(work), struct anycast6_peers,
			     upkeep);
	unsigned int i, count = bucket_count(peers);

	for (i = 0; i < count / UPKEEP_TICKS; i++) {
		expire_bucket(peers, peers->next);
		peers->next = (peers->next + 1) % count;
		cond_resched();
	}
	if (atomic_read(&peers->count))
		queue_delayed_work(anycast6_wq, &peers->upkeep,
				   UPKEEP_INTERVAL);
}

/**
 * anycast6_peers_alloc() - make an empty table
 * @max: the sysctl that limits the flows. The number of buckets follows from
 *       its value now; later changes make buckets deeper or shallower.
 *
 * Context: process.
 * Return: the table, or NULL.
 */
struct anycast6_peers *anycast6_peers_alloc(const unsigned int *max)
{
	unsigned int order = order_base_2(READ_ONCE(*max) / DEPTH);
	struct anycast6_peers *peers;
	unsigned int i;

	order = clamp(order, ORDER_MIN, ORDER_MAX);
	peers = kvzalloc(struct_size(peers, buckets, 1UL << order),
			 GFP_KERNEL_ACCOUNT);
	if (!peers)
		return NULL;
	peers->max = max;
	peers->born = jiffies;
	peers->shift = 64 - order;
	anycast6_hash_draw_secret(&peers->secret);
	INIT_DELAYED_WORK(&peers->upkeep, upkeep_peers);
	for (i = 0; i < ARRAY_SIZE(peers->locks); i++)
		spin_lock_init(&peers->locks[i]);
	return peers;
}

/**
 * anycast6_peers_free() - free a table and all flows in it
 * @peers: the table, after a grace period without readers
 *
 * Context: process; waits for the upkeep.
 */
void anycast6_peers_free(struct anycast6_peers *peers)
{
	struct anycast6_peer *peer;
	struct hlist_node *next;
	unsigned int i;

	cancel_delayed_work_sync(&peers->upkeep);
	for (i = 0; i < bucket_count(peers); i++)
		hlist_for_each_entry_safe(peer, next, &peers->buckets[i], node)
			forget_peer(peers, peer);
	kvfree(peers);
}

static struct anycast6_peer *create_peer(const struct anycast6_peer_key *key,
					 struct anycast6_group *group)
{
	struct anycast6_peer *peer;

	peer = kzalloc(sizeof(*peer), GFP_ATOMIC | __GFP_NOWARN);
	if (!peer)
		return NULL;
	if (!refcount_inc_not_zero(&group->refcnt)) {
		kfree(peer);
		return NULL;
	}
	peer->key = *key;
	peer->group = group;
	peer->used = jiffies;
	return peer;
}

/* Returns whether a flow was forgotten that is not over. Caller holds the
 * bucket's lock.
 */
static bool make_room(struct anycast6_peers *peers, unsigned int bucket,
		      const struct anycast6_peer_key *key)
{
	unsigned int depth = 0, most;
	struct anycast6_peer *peer, *oldest = NULL;
	bool over;

	most = max(READ_ONCE(*peers->max) / bucket_count(peers), 1U);
	hlist_for_each_entry(peer, &peers->buckets[bucket], node) {
		/* the same flow, which came to another address before, or was
		 * over, or was added by another CPU just now
		 */
		if (anycast6_peer_is(peer, key)) {
			forget_peer(peers, peer);
			return false;
		}
		depth++;
		if (!oldest || (s32)(READ_ONCE(peer->used) - oldest->used) < 0)
			oldest = peer;
	}
	if (depth < most)
		return false;
	over = anycast6_peer_is_over(oldest);
	forget_peer(peers, oldest);
	return !over;
}

/**
 * anycast6_peer_remember() - remember that a flow came to an anycast address
 * @peers: the namespace's
 * @key: the flow's
 * @hash: of @key
 * @group: the address
 * @tracked: connection tracking saw the packet
 *
 * Context: RCU; softirq or process.
 * Return: false if the flow is not remembered, for want of memory or because
 * the sysctl is 0, or if another flow was forgotten for it.
 */
bool anycast6_peer_remember(struct anycast6_peers *peers,
			    const struct anycast6_peer_key *key, u64 hash,
			    struct anycast6_group *group, bool tracked)
{
	unsigned int bucket = hash >> peers->shift;
	struct anycast6_peer *peer;
	bool forgotten;

	if (!READ_ONCE(*peers->max))
		return false;
	peer = create_peer(key, group);
	if (!peer)
		return false;
	peer->tracked = tracked;

	spin_lock_bh(lock_of(peers, bucket));
	forgotten = make_room(peers, bucket, key);
	hlist_add_head_rcu(&peer->node, &peers->buckets[bucket]);
	spin_unlock_bh(lock_of(peers, bucket));
	if (atomic_inc_return(&peers->count) == 1)
		queue_delayed_work(anycast6_wq, &peers->upkeep,
				   UPKEEP_INTERVAL);
	return !forgotten;
}
