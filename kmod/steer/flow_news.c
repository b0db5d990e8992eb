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
 *
 * Context: RCU; any.
 */
void anycast6_flow_news_put(struct anycast6_flows *flows,
			    const struct anycast6_flow_key *key)
{
	struct anycast6_flow_news *news = rcu_dereference(flows->news);
	bool first;

	if (!news)
		return;
	spin_lock_bh(&news->lock);
	first = news->first == news->end;
	if (news->end - news->first < ANYCAST6_NEWS)
		news->keys[news->end++ % ANYCAST6_NEWS] = *key;
	else
		news->lost = true;
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
 * @news: the news
 *
 * Context: process.
 */
bool anycast6_flow_news_take_lost(struct anycast6_flow_news *news)
{
	bool lost;

	spin_lock_bh(&news->lock);
	lost = news->lost;
	news->lost = false;
	spin_unlock_bh(&news->lock);
	return lost;
}
