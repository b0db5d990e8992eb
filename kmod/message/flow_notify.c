// SPDX-License-Identifier: GPL-2.0
/*
 * Tells listeners in user space how flows change and that they go on, on a
 * multicast group of its own. Knows when a flow is told of, not what a flow does.
 */
#include <net/genetlink.h>
#include <net/netns/hash.h>

#include <uapi/linux/anycast6.h>

#include "lib/turn.h"
#include "message/fill.h"
#include "message/fill_flow.h"
#include "message/flow_notify.h"
#include "message/netlink_gen.h"
#include "net.h"
#include "object/member.h"
#include "steer/claim.h"
#include "steer/flow.h"
#include "steer/flow_news.h"
#include "steer/router.h"

/* A run tells of at most so many changes. The next one comes soon. */
#define BATCH		1024
#define PAUSE		(HZ / 20)

/**
 * struct bulletin - messages of many flows, which go together
 * @an: the namespace
 * @skb: what is filled, or NULL
 * @told: the second until which flows that go on were told of
 * @now: the second until which they are told of now
 */
struct bulletin {
	struct anycast6_net *an;
	struct sk_buff *skb;
	u32 told;
	u32 now;
};

static void send_bulletin(struct bulletin *bulletin)
{
	if (bulletin->skb)
		genlmsg_multicast_netns(&anycast6_nl_family, bulletin->an->net,
					bulletin->skb, 0, ANYCAST6_NLGRP_FLOWS,
					GFP_ATOMIC);
	bulletin->skb = NULL;
}

static int put_news(struct sk_buff *skb, u8 cmd,
		    const struct anycast6_flow_key *key,
		    const struct anycast6_flow *flow,
		    const struct anycast6_member *member)
{
	const struct anycast6_header header = { .cmd = cmd };
	void *msg = anycast6_fill_start(skb, &header);
	int err = 0;

	if (!msg)
		return -EMSGSIZE;
	if (member)
		err = anycast6_fill_flow(skb, flow, member);
	else if (key)
		err = anycast6_fill_flow_key(skb, key) ? :
		      anycast6_fill_flow_ports(skb, key);
	if (err)
		genlmsg_cancel(skb, msg);
	else
		genlmsg_end(skb, msg);
	return err;
}

/* Tells of a flow that has a member; of one that has ended, by its key; or, with
 * neither, that news were lost.
 */
static void tell_news(struct bulletin *bulletin, u8 cmd,
		      const struct anycast6_flow_key *key,
		      const struct anycast6_flow *flow,
		      const struct anycast6_member *member)
{
	if (bulletin->skb &&
	    !put_news(bulletin->skb, cmd, key, flow, member))
		return;
	send_bulletin(bulletin);
	bulletin->skb = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (bulletin->skb)
		WARN_ON_ONCE(put_news(bulletin->skb, cmd, key, flow, member));
	else
		genl_set_err(&anycast6_nl_family, bulletin->an->net, 0,
			     ANYCAST6_NLGRP_FLOWS, -ENOBUFS);
}

/* What changed may have changed again since, or be no more. Where a flow has begun
 * anew, nothing is known of it but one packet: the one that was told of has ended.
 */
static void tell_change(struct bulletin *bulletin, struct anycast6_flows *flows,
			const struct anycast6_flow_key *key)
{
	struct anycast6_member *member = NULL;
	struct anycast6_flow *flow;

	rcu_read_lock();
	flow = anycast6_flow_find(flows, key);
	if (flow && !anycast6_flow_is_over(flow) &&
	    anycast6_flow_state(flow) != ANYCAST6_FLOW_STATE_NEW)
		member = anycast6_claim_flow(bulletin->an, flow);
	tell_news(bulletin, member ? ANYCAST6_CMD_FLOW_CHANGED :
				     ANYCAST6_CMD_FLOW_ENDED,
		  key, flow, member);
	rcu_read_unlock();
}

/* Returns whether there is more. */
static bool tell_changes(struct bulletin *bulletin,
			 struct anycast6_flows *flows,
			 struct anycast6_flow_news *news)
{
	struct anycast6_flow_key key;
	unsigned int i;

	if (anycast6_flow_news_take_lost(news))
		tell_news(bulletin, ANYCAST6_CMD_FLOW_LOST, NULL, NULL, NULL);
	for (i = 0; i < BATCH; i++) {
		if (!anycast6_flow_news_take(news, &key))
			return false;
		tell_change(bulletin, flows, &key);
	}
	return true;
}

/* Also of flows that are idle: who was told of one before may have refused it, for
 * want of its member or of room. What somebody else told of is told seldom: he
 * knows it, unless he has begun anew.
 */
static int tell_going_on(struct anycast6_flows *flows,
			 struct anycast6_flow *flow, void *arg)
{
	struct bulletin *bulletin = arg;
	const struct anycast6_member *member;
	u32 hash;

	hash = anycast6_flow_hash(&flow->key, 0,
				  net_hash_mix(bulletin->an->net));
	if (!anycast6_turn_is_due(hash, bulletin->told, bulletin->now,
				  anycast6_flow_is_loaded(flow)) ||
	    anycast6_flow_state(flow) == ANYCAST6_FLOW_STATE_NEW ||
	    anycast6_flow_is_over(flow))
		return 0;
	member = anycast6_claim_flow(bulletin->an, flow);
	if (member)
		tell_news(bulletin, ANYCAST6_CMD_FLOW_CHANGED, &flow->key, flow,
			  member);
	return 0;
}

/* Whoever began to listen before this does not know what changed since then. He
 * asks for all flows, so the next turns are those after this second.
 */
static void begin_news(struct bulletin *bulletin,
		       struct anycast6_router *router)
{
	router->told = bulletin->now;
	if (!anycast6_flow_news_begin(bulletin->an, &router->flows))
		tell_news(bulletin, ANYCAST6_CMD_FLOW_LOST, NULL, NULL, NULL);
}

static void tell_listeners(struct anycast6_net *an,
			   struct anycast6_router *router)
{
	struct bulletin bulletin = { .an = an, .now = (u32)jiffies / HZ };
	struct anycast6_flow_news *news;

	news = rcu_dereference_protected(router->flows.news,
					 lockdep_is_held(&an->lock));
	if (!genl_has_listeners(&anycast6_nl_family, an->net,
				ANYCAST6_NLGRP_FLOWS)) {
		anycast6_flow_news_end(&router->flows);
		return;
	}
	if (!news)
		begin_news(&bulletin, router);
	else if (tell_changes(&bulletin, &router->flows, news))
		anycast6_net_queue(an, &an->flow_work, PAUSE);
	if (router->told != bulletin.now) {
		bulletin.told = router->told;
		router->told = bulletin.now;
		anycast6_flows_walk(&router->flows, tell_going_on, &bulletin);
	}
	send_bulletin(&bulletin);
}

/**
 * anycast6_flow_notify_work() - tell listeners what is new of flows
 * @work: the namespace's: queued each second by upkeep_router() (steer/hooks.c),
 *        and when a flow changes that nobody was told of yet
 *
 * Context: process.
 */
void anycast6_flow_notify_work(struct work_struct *work)
{
	struct anycast6_net *an = container_of(to_delayed_work(work),
					       struct anycast6_net, flow_work);
	struct anycast6_router *router;

	mutex_lock(&an->lock);
	router = anycast6_router(an);
	if (router)
		tell_listeners(an, router);
	mutex_unlock(&an->lock);
}

static struct genl_multicast_group restricted_groups[2] __ro_after_init;

/**
 * anycast6_flow_notify_restrict() - let only administrators listen to flows,
 * which name clients
 *
 * Specifications can't say that of a multicast group.
 *
 * Context: process, before the family is registered.
 */
void __init anycast6_flow_notify_restrict(void)
{
	BUILD_BUG_ON(ANYCAST6_NLGRP_FLOWS !=
		     ARRAY_SIZE(restricted_groups) - 1);
	memcpy(restricted_groups, anycast6_nl_family.mcgrps,
	       sizeof(restricted_groups));
	restricted_groups[ANYCAST6_NLGRP_FLOWS].flags =
		GENL_MCAST_CAP_NET_ADMIN;
	anycast6_nl_family.mcgrps = restricted_groups;
}
