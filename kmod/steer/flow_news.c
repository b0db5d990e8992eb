// SPDX-License-Identifier: GPL-2.0
/*
 * News of flows: which of them changed, noted by those who see packets for
 * those who tell listeners. Bounded; knows no messages, and not who listens.
 */
#include <linux/slab.h>

#include "net.h"
#include "steer/flow_news.h"

/* Until then more may change, which is told in the same message. */
#define NEWS_DELAY	(HZ / 20)

/* Whoever is told that news were lost asks for all flows, which takes a while. */
#define LOST_DELAY	(3 * HZ)

/* So many are kept for flows that have lasted: a flood has others only. */
#define NEWS_PROVEN	(ANYCAST6_NEWS / 2)

/**
 * anycast6_flow_news_begin() - note changes of flows from now on
 * @an: the namespace
 * @flows: its flows
 *
 * Context: process, under @an->lock.
 * Return: 0 or %-ENOMEM.
 */
int anycast6_flow_news_begin(struct anycast6_net *an,
			     struct anycast6_flows *flows)
{
	struct anycast6_flow_news *news;

	news = kvzalloc(sizeof(*news), GFP_KERNEL_ACCOUNT);
	if (!news)
		return -ENOMEM;
	news->an = an;
	news->calm = jiffies + LOST_DELAY;
	spin_lock_init(&news->lock);
	rcu_assign_pointer(flows->news, news);
	return 0;
}

/**
 * anycast6_flow_news_end() - note no changes any more
 * @flows: the namespace's flows
 *
 * Context: process, under an->lock.
 */
void anycast6_flow_news_end(struct anycast6_flows *flows)
{
	struct anycast6_flow_news *news;

	news = unrcu_pointer(xchg(&flows->news, NULL));
	if (news)
		kvfree_rcu(news, rcu);
}

/**
 * anycast6_flow_news_put() - the rest of anycast6_flow_news_add()
 * @flows: the namespace's
 * @key: the flow
 * @proven: it has lasted. What has not is left out where there are many changes:
 *          it is told of when it lasts, or in its turn.
 *
 * Context: RCU; any.
 */
void anycast6_flow_news_put(struct anycast6_flows *flows,
			    const struct anycast6_flow_key *key, bool proven)
{
	struct anycast6_flow_news *news = rcu_dereference(flows->news);
	bool first;
	u32 used;

	if (!news || READ_ONCE(news->lost))
		return;
	spin_lock_bh(&news->lock);
	used = news->end - news->first;
	first = !used;
	if (used < (proven ? ANYCAST6_NEWS : NEWS_PROVEN))
		news->keys[news->end++ % ANYCAST6_NEWS] = *key;
	else if (proven)
		WRITE_ONCE(news->lost, true);
	spin_unlock_bh(&news->lock);
	if (first)
		anycast6_net_queue(news->an, &news->an->flow_work, NEWS_DELAY);
}

/**
 * anycast6_flow_news_take() - take out the flow that changed first
 * @news: the news
 * @key: result
 *
 * Context: process.
 * Return: false if there is none.
 */
bool anycast6_flow_news_take(struct anycast6_flow_news *news,
			     struct anycast6_flow_key *key)
{
	bool any;

	spin_lock_bh(&news->lock);
	any = news->first != news->end;
	if (any)
		*key = news->keys[news->first++ % ANYCAST6_NEWS];
	spin_unlock_bh(&news->lock);
	return any;
}

/**
 * anycast6_flow_news_take_lost() - whether changes were not noted since the last
 * call
 * @news: the news; those that were noted are taken, too, as whoever is told that
 *        some were lost asks for all
 *
 * Context: process.
 * Return: true once in LOST_DELAY at most.
 */
bool anycast6_flow_news_take_lost(struct anycast6_flow_news *news)
{
	bool lost;

	spin_lock_bh(&news->lock);
	lost = news->lost && time_after_eq(jiffies, news->calm);
	if (lost) {
		news->first = news->end;
		news->calm = jiffies + LOST_DELAY;
		WRITE_ONCE(news->lost, false);
	}
	spin_unlock_bh(&news->lock);
	return lost;
}
