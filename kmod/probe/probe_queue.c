// SPDX-License-Identifier: GPL-2.0
/*
 * The probe queue of a namespace with probed members: whose probe is due, and
 * the hook that takes the answers. Knows when a probe is sent, not how.
 */
#include <linux/ipv6.h>
#include <linux/kernel.h>
#include <linux/netfilter_ipv6.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/xfrm.h>

#include "net.h"
#include "object/mark.h"
#include "object/member.h"
#include "probe/probe.h"
#include "probe/probe_queue.h"

/* At most so many probes a second, and so many at once: if more are configured,
 * their intervals grow.
 */
#define RATE		2000
#define BURST		64
/* At most so many in one run of the work, which holds RCU. */
#define BATCH		64

static struct anycast6_probe_queue *queue_of(struct anycast6_net *an)
{
	return rcu_dereference_protected(an->probe_queue,
					 lockdep_is_held(&an->lock));
}

/* ---- turns ---- */

/* An interval from @now, up to a tenth more or less: probes that began together
 * spread out.
 */
static ktime_t next_turn(const struct anycast6_probe *probe, ktime_t now)
{
	u32 interval = probe->interval * USEC_PER_MSEC;

	return ktime_add_us(now, interval - interval / 10 +
				 reciprocal_scale(get_random_u32(),
						  interval / 5));
}

static void wait_turn(struct anycast6_probe_queue *queue,
		      struct anycast6_probe *probe, ktime_t when)
{
	probe->turn.expires = when;
	timerqueue_add(&queue->turns, &probe->turn);
}

/* Returns the probe that is due, counted and queued again; or NULL, with @wait
 * set: ns until the next look, %U64_MAX if nothing waits. Under queue->lock.
 */
static struct anycast6_probe *take_turn(struct anycast6_probe_queue *queue,
					bool *changed, u64 *wait)
{
	struct timerqueue_node *first = timerqueue_getnext(&queue->turns);
	ktime_t now = ktime_get();
	struct anycast6_probe *probe;
	u8 life;

	*wait = U64_MAX;
	if (!first)
		return NULL;
	/* timers fire at ticks: the nearest one may be half a tick early */
	if (ktime_after(first->expires, ktime_add_ns(now, TICK_NSEC / 2))) {
		*wait = ktime_to_ns(ktime_sub(first->expires, now));
		return NULL;
	}
	*wait = anycast6_budget_spend(&queue->budget, ktime_to_ns(now));
	if (*wait)
		return NULL;

	probe = container_of(first, struct anycast6_probe, turn);
	timerqueue_del(&queue->turns, first);
	wait_turn(queue, probe, next_turn(probe, now));
	life = probe->liveness.life;
	if (anycast6_liveness_send(&probe->liveness))
		probe->counts[ANYCAST6_PROBES_MISSED]++;
	probe->counts[ANYCAST6_PROBES_SENT]++;
	*changed = life != probe->liveness.life;
	return probe;
}

/* Returns 0 if a probe was sent, else @wait of take_turn(). */
static u64 send_next(struct anycast6_probe_queue *queue)
{
	struct anycast6_probe *probe;
	bool changed = false;
	u32 number = 0;
	u64 wait;

	spin_lock_bh(&queue->lock);
	probe = take_turn(queue, &changed, &wait);
	if (probe)
		number = probe->liveness.sent;
	spin_unlock_bh(&queue->lock);
	if (!probe)
		return wait;
	if (changed)
		anycast6_mark_group(queue->an, probe->member->group);
	anycast6_probe_send(queue->an, probe, number, &queue->key);
	return 0;
}

static void send_due(struct work_struct *work)
{
	struct anycast6_probe_queue *queue =
		container_of(to_delayed_work(work), struct anycast6_probe_queue,
			     work);
	unsigned int i;
	u64 wait = 0;

	/* keeps a probe that anycast6_probing_end() removes meanwhile */
	rcu_read_lock();
	for (i = 0; i < BATCH && !wait; i++)
		wait = send_next(queue);
	rcu_read_unlock();
	/* round up to a tick: 0 would spin until the probe is due */
	if (wait != U64_MAX)
		queue_delayed_work(anycast6_wq, &queue->work,
				   wait ? max(nsecs_to_jiffies(wait), 1UL) : 0);
}

/**
 * anycast6_probe_queue_schedule() - set how often a member is probed, if at all
 * @an: the namespace
 * @probe: the member's probes, in the queue
 * @interval: ms
 * @awake: there is a way to the member, so that probes can be sent
 *
 * A member that had no way counts as down until it answers again. This runs
 * twice in a reconciliation, the second time without effect.
 *
 * Context: process, under @an->lock.
 */
void anycast6_probe_queue_schedule(struct anycast6_net *an,
				   struct anycast6_probe *probe, u32 interval,
				   bool awake)
{
	struct anycast6_probe_queue *queue = queue_of(an);
	bool same = interval == probe->interval;

	lockdep_assert_held(&an->lock);

	if (same && awake == probe->awake)
		return;
	spin_lock_bh(&queue->lock);
	WRITE_ONCE(probe->interval, interval);
	if (probe->awake)
		timerqueue_del(&queue->turns, &probe->turn);
	if (!awake) {
		anycast6_liveness_begin(&probe->liveness, ANYCAST6_LIFE_DOWN);
		WRITE_ONCE(probe->marks, 0);
	} else {
		wait_turn(queue, probe, ktime_get());
	}
	probe->awake = awake;
	spin_unlock_bh(&queue->lock);
	if (awake)
		mod_delayed_work(anycast6_wq, &queue->work, 0);
}

/* ---- answers ---- */

static void count_probe(struct anycast6_probe_queue *queue,
			struct anycast6_probe *probe,
			enum anycast6_probe_count what)
{
	spin_lock_bh(&queue->lock);
	probe->counts[what]++;
	spin_unlock_bh(&queue->lock);
}

/* Returns the probes of the member that a payload names, or NULL if this node
 * did not make its cookie.
 */
static struct anycast6_probe *
find_probe(struct anycast6_probe_queue *queue,
	   const struct anycast6_probe_payload *payload)
{
	struct anycast6_probe *probe;

	probe = xa_load(&queue->probes, ntohl(payload->id));
	if (!probe)
		return NULL;
	if (anycast6_probe_is_own(probe, payload, &queue->key))
		return probe;
	count_probe(queue, probe, ANYCAST6_PROBES_REFUSED);
	return NULL;
}

/* Returns whether the member's life or its marks changed. */
static bool hear_answer(struct anycast6_probe_queue *queue,
			struct anycast6_probe *probe,
			const struct anycast6_probe_payload *payload,
			enum anycast6_probe_kind kind)
{
	const u32 kept = ANYCAST6_PROBE_ONLINK | ANYCAST6_PROBE_FOUND;
	static const u8 lives[] = {
		[ANYCAST6_PROBE_REPLY] = ANYCAST6_LIFE_UP,
		[ANYCAST6_PROBE_DOWN] = ANYCAST6_LIFE_DOWN,
		[ANYCAST6_PROBE_DRAINING] = ANYCAST6_LIFE_DRAINING,
	};
	bool reply = kind == ANYCAST6_PROBE_REPLY;
	u32 marks, before;
	bool changed;

	spin_lock_bh(&queue->lock);
	before = probe->liveness.life;
	marks = probe->marks;
	if (probe->awake &&
	    anycast6_liveness_hear(&probe->liveness, ntohl(payload->number),
				   lives[kind])) {
		probe->counts[reply ? ANYCAST6_PROBES_ANSWERED :
				      ANYCAST6_PROBES_UNREACHABLE]++;
		if (reply)
			WRITE_ONCE(probe->marks, ntohl(payload->marks) & kept);
	}
	changed = before != probe->liveness.life || marks != probe->marks;
	spin_unlock_bh(&queue->lock);
	return changed;
}

/* Any node on the way may say that the member is unreachable. All other answers
 * must come from the member itself: a filter on the way that prohibits probes
 * does not drain it.
 */
static unsigned int take_answer(struct anycast6_probe_queue *queue,
				struct sk_buff *skb,
				enum anycast6_probe_kind kind,
				const struct anycast6_probe_payload *payload)
{
	struct anycast6_probe *probe = find_probe(queue, payload);

	if (!probe)
		return NF_ACCEPT;
	if (kind != ANYCAST6_PROBE_DOWN && !anycast6_probe_is_from(probe, skb))
		count_probe(queue, probe, ANYCAST6_PROBES_REFUSED);
	else if (hear_answer(queue, probe, payload, kind))
		anycast6_mark_group(queue->an, probe->member->group);
	/* no program of this node sent the probe */
	consume_skb(skb);
	return NF_STOLEN;
}

/* noinline keeps this stack frame out of probe_in(). */
static noinline unsigned int receive_answer(struct anycast6_probe_queue *queue,
					    struct sk_buff *skb)
{
	unsigned int offset = skb_network_offset(skb) + sizeof(struct ipv6hdr);
	struct anycast6_probe_payload payload;
	enum anycast6_probe_kind kind;

	kind = anycast6_probe_packet_parse(skb, offset, &payload);
	if (kind == ANYCAST6_PROBE_NONE || kind == ANYCAST6_PROBE_REQUEST ||
	    !xfrm6_policy_check(NULL, XFRM_POLICY_IN, skb) ||
	    nf_ip6_checksum(skb, NF_INET_LOCAL_IN, offset, IPPROTO_ICMPV6))
		return NF_ACCEPT;
	return take_answer(queue, skb, kind, &payload);
}

/* Every packet to this node pays for this: one comparison. */
static unsigned int probe_in(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	if (likely(ipv6_hdr(skb)->nexthdr != IPPROTO_ICMPV6))
		return NF_ACCEPT;
	return receive_answer(priv, skb);
}

/**
 * anycast6_probe_queue_returned() - count a probe that came back to this node
 * @an: the namespace
 * @payload: the probe's
 *
 * Nobody has answered the probe, so it is missed when the next one is sent.
 *
 * Context: softirq or process, under RCU.
 */
void anycast6_probe_queue_returned(struct anycast6_net *an,
				   const struct anycast6_probe_payload *payload)
{
	struct anycast6_probe_queue *queue = rcu_dereference(an->probe_queue);
	struct anycast6_probe *probe = queue ? find_probe(queue, payload) :
					       NULL;

	if (probe)
		count_probe(queue, probe, ANYCAST6_PROBES_REFUSED);
}

/* ---- the queue, from the first probed member to the last ---- */

/* Before filters: most drop what connection tracking calls invalid, as it does
 * an answer from another address than the probe's destination.
 */
static const struct nf_hook_ops answers = {
	.hook = probe_in,
	.pf = NFPROTO_IPV6,
	.hooknum = NF_INET_LOCAL_IN,
	.priority = NF_IP6_PRI_RAW,
};

static struct anycast6_probe_queue *create_queue(struct anycast6_net *an)
{
	struct anycast6_probe_queue *queue;
	int err;

	queue = kzalloc(sizeof(*queue), GFP_KERNEL_ACCOUNT);
	if (!queue)
		return ERR_PTR(-ENOMEM);
	queue->an = an;
	get_random_bytes(&queue->key, sizeof(queue->key));
	xa_init_flags(&queue->probes, XA_FLAGS_ALLOC1);
	spin_lock_init(&queue->lock);
	timerqueue_init_head(&queue->turns);
	anycast6_budget_init(&queue->budget, RATE, BURST, ktime_get_ns());
	INIT_DELAYED_WORK(&queue->work, send_due);
	queue->hook = answers;
	queue->hook.priv = queue;
	err = nf_register_net_hook(an->net, &queue->hook);
	if (err) {
		kfree(queue);
		return ERR_PTR(err);
	}
	return queue;
}

/* The hook goes before the work, and both before the grace period: after it
 * neither answers nor anycast6_probe_queue_returned() use the queue.
 */
static void destroy_queue(struct anycast6_net *an,
			  struct anycast6_probe_queue *queue)
{
	RCU_INIT_POINTER(an->probe_queue, NULL);
	nf_unregister_net_hook(an->net, &queue->hook);
	cancel_delayed_work_sync(&queue->work);
	synchronize_rcu();
	xa_destroy(&queue->probes);
	kfree(queue);
}

/**
 * anycast6_probe_queue_add() - add a member's probes, asleep
 * @an: the namespace; gets a queue with its first probed member
 * @probe: the probes, which get their id
 *
 * Context: process, under @an->lock.
 * Return: 0, %-ENOMEM, %-EBUSY if there is no free id, or what
 * nf_register_net_hook() returns.
 */
int anycast6_probe_queue_add(struct anycast6_net *an,
			     struct anycast6_probe *probe)
{
	struct anycast6_probe_queue *queue = queue_of(an);
	int err;

	lockdep_assert_held(&an->lock);

	if (!queue) {
		queue = create_queue(an);
		if (IS_ERR(queue))
			return PTR_ERR(queue);
		rcu_assign_pointer(an->probe_queue, queue);
	}
	err = xa_alloc_cyclic(&queue->probes, &probe->id, probe, xa_limit_32b,
			      &queue->next_id, GFP_KERNEL_ACCOUNT);
	if (err >= 0)
		queue->users++;
	else if (!queue->users)
		destroy_queue(an, queue);
	return min(err, 0);
}

/**
 * anycast6_probe_queue_remove() - remove a member's probes
 * @an: the namespace; loses its queue with its last probed member
 * @probe: the probes, which readers under RCU may still use
 *
 * Context: process, under @an->lock.
 */
void anycast6_probe_queue_remove(struct anycast6_net *an,
				 struct anycast6_probe *probe)
{
	struct anycast6_probe_queue *queue = queue_of(an);

	lockdep_assert_held(&an->lock);

	xa_erase(&queue->probes, probe->id);
	spin_lock_bh(&queue->lock);
	if (probe->awake)
		timerqueue_del(&queue->turns, &probe->turn);
	probe->awake = false;
	spin_unlock_bh(&queue->lock);
	if (!--queue->users)
		destroy_queue(an, queue);
}
