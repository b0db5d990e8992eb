/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The probes of one remote member: what is known from them, and how one is
 * sent. Knows the member's next hop, not when a probe is due.
 */
#ifndef ANYCAST6_PROBE_H
#define ANYCAST6_PROBE_H

#include <linux/rcupdate.h>
#include <linux/timerqueue.h>
#include <linux/types.h>

#include "lib/liveness.h"
#include "lib/probe_packet.h"

struct anycast6_member;
struct anycast6_net;
struct sk_buff;

/* What became of the probes of a member. */
enum anycast6_probe_count {
	ANYCAST6_PROBES_SENT,
	/* an echo reply came */
	ANYCAST6_PROBES_ANSWERED,
	/* no answer came before the next probe was sent */
	ANYCAST6_PROBES_MISSED,
	/* a node said that the member is down, or that it drains */
	ANYCAST6_PROBES_UNREACHABLE,
	/* wrong cookie or source, or the probe itself came back */
	ANYCAST6_PROBES_REFUSED,
	ANYCAST6_PROBES,
};

/**
 * struct anycast6_probe - the probes of a member
 * @member: the member, constant; valid as long as the probe is
 * @id: names the member in its probes, host order; constant
 * @turn: when the next probe is due, monotonic; in queue->turns while @awake;
 *        queue->lock
 * @interval: ms between two probes; READ_ONCE(), writers under an->lock and
 *            queue->lock
 * @awake: probes are sent, because there is a way to the member; readers under
 *         an->lock or queue->lock, writers under both
 * @liveness: what is known of the member; queue->lock, its life READ_ONCE()
 * @marks: %ANYCAST6_PROBE_ONLINK and %ANYCAST6_PROBE_FOUND of the last echo
 *         reply; READ_ONCE(), writers under queue->lock
 * @counts: by enum anycast6_probe_count; READ_ONCE(), writers under queue->lock
 * @rcu: frees it after its readers
 */
struct anycast6_probe {
	struct anycast6_member *member;
	u32 id;
	struct timerqueue_node turn;
	u32 interval;
	bool awake;
	struct anycast6_liveness liveness;
	u32 marks;
	u64 counts[ANYCAST6_PROBES];
	struct rcu_head rcu;
};

void anycast6_probe_send(struct anycast6_net *an, struct anycast6_probe *probe,
			 u32 number, const siphash_key_t *key);
bool anycast6_probe_is_own(const struct anycast6_probe *probe,
			   const struct anycast6_probe_payload *payload,
			   const siphash_key_t *key);
bool anycast6_probe_is_from(const struct anycast6_probe *probe,
			    const struct sk_buff *skb);

#endif
