// SPDX-License-Identifier: GPL-2.0
/*
 * Peers: which own addresses a peer's flow came to, remembered for as long as an
 * answer may take; and who opened the flows of which that is not remembered.
 * Knows no packets, and not which source an answer gets.
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

static bool is_over(const struct anycast6_peers *peers,
		    const struct anycast6_peer *peer)
{
	return !anycast6_recall_live(&peer->recall, jiffies, peers->times);
}

static void put_groups(const struct anycast6_peer *peer)
{
	struct anycast6_group *group;
	unsigned int i;

	for (i = 0; i < ANYCAST6_PEER_GROUPS; i++) {
		group = rcu_dereference_protected(peer->groups[i], true);
		if (group)
			anycast6_group_put(group);
	}
}

/* Caller holds the bucket's lock, or is the last user of the table. The groups
 * may be put at once: they are freed only after a grace period, so readers of
 * @peer can still use them.
 */
static void forget_peer(struct anycast6_peers *peers,
			struct anycast6_peer *peer)
{
	hlist_del_rcu(&peer->node);
	atomic_dec(&peers->count);
	put_groups(peer);
	kfree_rcu(peer, rcu);
}

/* Whatever is sent in a flow that is forgotten is still an answer: it is noted
 * that the peer spoke first. Caller holds the bucket's lock.
 */
static void forget_asked(struct anycast6_peers *peers,
			 struct anycast6_peer *peer)
{
	u64 hash = anycast6_peer_hash(peers, &peer->key);
	enum anycast6_initiator kind = ANYCAST6_INITIATOR_ANSWERED;

	if (anycast6_recall_was_answered(&peer->recall))
		kind = ANYCAST6_INITIATOR_SERVED;
	if (peer->key.proto != IPPROTO_ICMPV6 &&
	    peer->key.proto != ANYCAST6_PEER_CLIENT)
		anycast6_initiator_set(anycast6_peer_initiators(peers, hash),
				       anycast6_peer_tag(hash), kind,
				       anycast6_peer_now());
	forget_peer(peers, peer);
}

static void expire_bucket(struct anycast6_peers *peers, unsigned int bucket)
{
	struct anycast6_peer *peer;
	struct hlist_node *next;

	if (hlist_empty(&peers->buckets[bucket]))
		return;
	spin_lock_bh(lock_of(peers, bucket));
	hlist_for_each_entry_safe(peer, next, &peers->buckets[bucket], node)
		if (is_over(peers, peer))
			forget_asked(peers, peer);
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
 * @times: the sysctls that say for how long flows are remembered
 *
 * Context: process.
 * Return: the table, or NULL.
 */
struct anycast6_peers *
anycast6_peers_alloc(const unsigned int *max,
		     const struct anycast6_recall_times *times)
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
	peers->times = times;
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

/**
 * anycast6_peer_ask() - a question of a known flow came to a known address
 * @peers: the namespace's
 * @peer: the flow
 * @own: number of the address in @peer->recall
 * @mark: how its data begin
 *
 * Context: any that keeps @peer.
 */
void anycast6_peer_ask(struct anycast6_peers *peers, struct anycast6_peer *peer,
		       u8 own, u64 mark)
{
	anycast6_recall_ask(&peer->recall, own, mark, jiffies, peers->times);
}

static struct anycast6_peer *
create_peer(struct anycast6_peers *peers,
	    const struct anycast6_peer_question *question)
{
	struct anycast6_peer *peer;

	peer = kzalloc(sizeof(*peer), GFP_ATOMIC | __GFP_NOWARN);
	if (!peer)
		return NULL;
	if (!refcount_inc_not_zero(&question->group->refcnt)) {
		kfree(peer);
		return NULL;
	}
	peer->key = *question->key;
	peer->tracked = question->tracked;
	RCU_INIT_POINTER(peer->groups[0], question->group);
	anycast6_recall_begin(&peer->recall);
	if (question->behind)
		anycast6_peer_ask(peers, peer, ANYCAST6_RECALL_UNICAST, 0);
	anycast6_peer_ask(peers, peer, ANYCAST6_RECALL_UNICAST + 1,
			  question->mark);
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
	u32 now = jiffies, idle, longest = 0;
	bool over;

	most = max(READ_ONCE(*peers->max) / bucket_count(peers), 1U);
	hlist_for_each_entry(peer, &peers->buckets[bucket], node) {
		/* the same flow was added by another CPU just now */
		if (anycast6_peer_is(peer, key)) {
			forget_peer(peers, peer);
			return false;
		}
		depth++;
		idle = anycast6_recall_idle(&peer->recall, now);
		if (!oldest || idle > longest) {
			oldest = peer;
			longest = idle;
		}
	}
	if (depth < most)
		return false;
	over = is_over(peers, oldest);
	forget_asked(peers, oldest);
	return !over;
}

/**
 * anycast6_peer_remember() - remember that a flow came to an anycast address
 * @peers: the namespace's
 * @question: its first question
 *
 * Context: RCU; softirq or process.
 * Return: false if the flow is not remembered, for want of memory or because
 * the sysctl is 0, or if another flow was forgotten for it.
 */
bool anycast6_peer_remember(struct anycast6_peers *peers,
			    const struct anycast6_peer_question *question)
{
	unsigned int bucket = question->hash >> peers->shift;
	struct anycast6_peer *peer;
	bool forgotten;

	if (!READ_ONCE(*peers->max))
		return false;
	peer = create_peer(peers, question);
	if (!peer)
		return false;

	spin_lock_bh(lock_of(peers, bucket));
	forgotten = make_room(peers, bucket, question->key);
	hlist_add_head_rcu(&peer->node, &peers->buckets[bucket]);
	spin_unlock_bh(lock_of(peers, bucket));
	if (atomic_inc_return(&peers->count) == 1)
		queue_delayed_work(anycast6_wq, &peers->upkeep,
				   UPKEEP_INTERVAL);
	return !forgotten;
}

/* Caller holds the bucket's lock. */
static u8 place_group(struct anycast6_peers *peers, struct anycast6_peer *peer,
		      struct anycast6_group *group)
{
	u8 own = anycast6_peer_own(peer, group);
	struct anycast6_group *before;

	/* another CPU was quicker */
	if (own != ANYCAST6_RECALL_NONE)
		return own;
	own = anycast6_recall_place(&peer->recall, jiffies, peers->times);
	if (own == ANYCAST6_RECALL_NONE ||
	    !refcount_inc_not_zero(&group->refcnt))
		return ANYCAST6_RECALL_NONE;
	anycast6_recall_forget(&peer->recall, own);
	before = rcu_replace_pointer(peer->groups[own - 1], group, true);
	if (before)
		anycast6_group_put(before);
	return own;
}

/**
 * anycast6_peer_add_group() - give an anycast address a number in a known flow
 * @peers: the namespace's
 * @peer: the flow
 * @hash: of its key
 * @group: the address
 *
 * Context: RCU; softirq or process.
 * Return: the number, ANYCAST6_RECALL_NONE if there is no room.
 */
u8 anycast6_peer_add_group(struct anycast6_peers *peers,
			   struct anycast6_peer *peer, u64 hash,
			   struct anycast6_group *group)
{
	unsigned int bucket = hash >> peers->shift;
	u8 own = ANYCAST6_RECALL_NONE;

	spin_lock_bh(lock_of(peers, bucket));
	/* a flow that was forgotten meanwhile has let its references go */
	if (anycast6_peer_find(peers, &peer->key, hash) == peer)
		own = place_group(peers, peer, group);
	spin_unlock_bh(lock_of(peers, bucket));
	return own;
}
