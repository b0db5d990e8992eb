/* SPDX-License-Identifier: GPL-2.0 */
/*
 * News of flows: which of them changed, noted by those who see packets for
 * those who tell listeners. Bounded; knows no messages, and not who listens.
 */
#ifndef ANYCAST6_FLOW_NEWS_H
#define ANYCAST6_FLOW_NEWS_H

#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "lib/packet.h"
#include "steer/flow.h"

struct anycast6_net;

/* So many flows may change until they are told of; a power of two. */
#define ANYCAST6_NEWS	2048

/**
 * struct anycast6_flow_news - the flows of a namespace that changed
 * @an: the namespace, constant
 * @lock: protects what follows
 * @first: how many have been taken out
 * @end: how many have been put in
 * @lost: some were not put in, for want of room, and no more are until this is
 *        taken; READ_ONCE()
 * @calm: until then @lost is not taken again, jiffies
 * @rcu: frees it after its readers
 * @keys: the flows, each at the place of its number
 */
struct anycast6_flow_news {
	struct anycast6_net *an;
	spinlock_t lock;	/* protects the ring */
	u32 first;
	u32 end;
	bool lost;
	unsigned long calm;
	/* before @keys: kvfree_rcu() takes no larger offset than a page */
	struct rcu_head rcu;
	struct anycast6_flow_key keys[ANYCAST6_NEWS];
};

int anycast6_flow_news_begin(struct anycast6_net *an,
			     struct anycast6_flows *flows);
void anycast6_flow_news_end(struct anycast6_flows *flows);
bool anycast6_flow_news_take(struct anycast6_flow_news *news,
			     struct anycast6_flow_key *key);
bool anycast6_flow_news_take_lost(struct anycast6_flow_news *news);
void anycast6_flow_news_put(struct anycast6_flows *flows,
			    const struct anycast6_flow_key *key, bool proven);

/**
 * anycast6_flow_news_add() - note that a flow changed, if anybody listens
 * @flows: the namespace's
 * @flow: the flow
 * @state: of the flow, or what it was before it ended
 *
 * Context: RCU; any.
 */
static inline void anycast6_flow_news_add(struct anycast6_flows *flows,
					  const struct anycast6_flow *flow,
					  u32 state)
{
	if (rcu_access_pointer(flows->news))
		anycast6_flow_news_put(flows, &flow->key,
				       !(state & ANYCAST6_FLOW_UNPROVEN));
}

#endif
