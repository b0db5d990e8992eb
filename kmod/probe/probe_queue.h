/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The probe queue of a namespace with probed members: whose probe is due, and
 * the hook that takes the answers. Knows when a probe is sent, not how.
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
 * struct anycast6_probe_queue - the probe queue of a namespace
 * @an: the namespace, constant
 * @hook: in LOCAL_IN, takes answers to probes; constant
 * @key: of the cookies, constant
 * @users: how many members are probed; an->lock
 * @probes: the members' probes, by id; readers under RCU, writers under
 *          an->lock
 * @next_id: the id that @probes tries next; an->lock
 * @lock: protects @turns, @budget, and the fields of struct anycast6_probe that
 *        name it; softirqs off
 * @turns: probes that wait, by when they are due; @lock
 * @budget: how many probes may be sent; @lock
 * @work: sends what is due
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
