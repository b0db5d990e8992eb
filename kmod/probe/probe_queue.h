/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a namespace with probed members has, and others have not: whose turn it
 * is, and the hook of answers. Knows when, not how a probe is sent.
 */
#ifndef ANYCAST6_PROBE_QUEUE_H
#define ANYCAST6_PROBE_QUEUE_H

#include <linux/netfilter.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/timerqueue.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "lib/budget.h"
#include "lib/probe_packet.h"

struct anycast6_net;
struct anycast6_probe;
struct sk_buff;

/**
 * struct anycast6_probe_queue - a namespace with probed members
 * @an: the namespace, constant
 * @hook: of what answers probes
 * @key: of the cookies, constant
 * @users: probed members; an->lock
 * @probes: their probes, by id; readers under RCU, writers under an->lock
 * @next_id: where @probes goes on; an->lock
 * @lock: protects @turns, @budget, and of each probe what says so
 * @turns: those that wait for their turn, the next one first
 * @budget: how many may be sent
 * @work: sends those whose turn it is
 */
struct anycast6_probe_queue {
	struct anycast6_net *an;
	struct nf_hook_ops hook;
	siphash_key_t key;
	unsigned int users;
	struct xarray probes;
	u32 next_id;
	spinlock_t lock;	/* protects turns, budget, and probes' state */
	struct timerqueue_head turns;
	struct anycast6_budget budget;
	struct delayed_work work;
};

int anycast6_probe_queue_add(struct anycast6_net *an,
			     struct anycast6_probe *probe);
void anycast6_probe_queue_remove(struct anycast6_net *an,
				 struct anycast6_probe *probe);
void anycast6_probe_queue_schedule(struct anycast6_net *an,
				   struct anycast6_probe *probe, u32 interval,
				   bool awake);
void
anycast6_probe_queue_returned(struct anycast6_net *an,
			      const struct anycast6_probe_payload *payload);

#endif
