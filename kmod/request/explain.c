// SPDX-License-Identifier: GPL-2.0
/*
 * The request to explain a choice: which member a flow would get, and why no
 * other. A packet is made up, and steer/choice.c chooses for it as for any
 * other; it is not sent, and no flow is kept. Knows no rule of the choice but
 * its order.
 */
#include <net/genetlink.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "lib/select.h"
#include "lib/stay.h"
#include "message/fill.h"
#include "message/fill_flow.h"
#include "message/fill_member.h"
#include "message/netlink_gen.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "request/asked.h"
#include "steer/affinity.h"
#include "steer/choice.h"
#include "steer/claim.h"
#include "steer/flow.h"
#include "steer/refusal.h"
#include "steer/router.h"

/* Bytes of a reply for one member, for one of its services, and for what comes
 * before them.
 */
#define CANDIDATE_SIZE	464
#define SERVICE_SIZE	24
#define HEAD_SIZE	128

/* Returns in which respect a member lost against the chosen one, in the order
 * of anycast6_select_compare().
 */
static u8 compare_ranks(const struct anycast6_rank *rank,
			const struct anycast6_rank *best)
{
	if (rank->draining != best->draining)
		return ANYCAST6_VERDICT_DRAINING;
	if (rank->local != best->local)
		return ANYCAST6_VERDICT_GLOBAL;
	if (rank->distance != best->distance)
		return ANYCAST6_VERDICT_FARTHER;
	return ANYCAST6_VERDICT_DRAWN;
}

/**
 * struct explanation - a reply that is being filled
 * @skb: the message
 * @choice: the nearest member, as the first of two passes found it
 * @pinned: the member that the flow has already, or NULL
 * @awaited: the member that the flow waits for, NULL if it is not configured
 * @waits: the flow waits for a member
 * @left: for how long it still does so, ms
 * @dropped: packets of the flow are dropped meanwhile, and take no detour
 * @err: 0, or why the message could not be filled
 */
struct explanation {
	struct sk_buff *skb;
	struct anycast6_choice choice;
	const struct anycast6_member *pinned;
	const struct anycast6_member *awaited;
	bool waits;
	u32 left;
	bool dropped;
	int err;
};

/* Fills in that a flow waits. Returns false if it moves. */
static bool explain_wait(struct explanation *explanation,
			 const struct anycast6_member *member,
			 enum anycast6_stay stay)
{
	explanation->waits = stay == ANYCAST6_STAY_WAITS ||
			     stay == ANYCAST6_STAY_DETOURS;
	if (!explanation->waits)
		return false;
	explanation->awaited = member;
	explanation->dropped = stay == ANYCAST6_STAY_WAITS;
	return true;
}

/* The same of a flow that would move, if its address were configured whole.
 * @member: NULL if its member is not configured
 */
static bool explain_claim(struct explanation *explanation,
			  struct anycast6_net *an,
			  const struct anycast6_flow *flow,
			  const struct anycast6_member *member,
			  const struct anycast6_transit *transit,
			  const struct anycast6_group *group)
{
	explanation->left = anycast6_claim_left(an, flow, group);
	return explain_wait(explanation, member,
			    anycast6_claim_stay(an, flow, group, transit));
}

/* Fills in the member that a flow has, if that would take a packet that opens the
 * flow again, or if the flow waits for it. A local one must have somebody who
 * listens. Returns false if the flow gets another member.
 */
static bool explain_flow(struct explanation *explanation,
			 struct anycast6_net *an,
			 struct anycast6_group *group,
			 struct anycast6_flow *flow,
			 struct anycast6_transit *transit)
{
	struct anycast6_member *member;
	enum anycast6_stay stay;

	if (!flow || anycast6_flow_is_over(flow))
		return false;
	member = anycast6_claim_flow(an, flow);
	transit->refusal = member ? anycast6_choice_refusal(member, transit) :
				    ANYCAST6_VERDICT_DOWN;
	if (!member)
		return explain_claim(explanation, an, flow, NULL, transit,
				     group);
	if (!transit->refusal)
		stay = ANYCAST6_STAY_GOES_ON;
	else
		stay = anycast6_refusal_foresee(an, flow, member, transit,
						&explanation->left);
	anycast6_way_drop(&transit->way);
	if (stay == ANYCAST6_STAY_GOES_ON)
		explanation->pinned = member;
	else if (stay == ANYCAST6_STAY_MOVES)
		return explain_claim(explanation, an, flow, member, transit,
				     group);
	/* where it came from is one packet's matter */
	else if (transit->refusal == ANYCAST6_VERDICT_LOOP ||
		 !explain_wait(explanation, member, stay))
		return false;
	return true;
}

/* Fills in the member that the flow has already, or its source, where all that a
 * source sends stays together.
 */
static void explain_flows(struct explanation *explanation,
			  struct anycast6_net *an,
			  struct anycast6_group *group,
			  struct anycast6_transit *transit)
{
	struct anycast6_router *router = rcu_dereference(an->router);
	struct anycast6_flow *flow;

	if (!router)
		return;
	flow = anycast6_flow_find(&router->flows, &transit->packet.key);
	if (explain_flow(explanation, an, group, flow, transit))
		return;
	flow = anycast6_affinity_find(&router->flows, group, &transit->packet);
	explain_flow(explanation, an, group, flow, transit);
}

/* Returns the verdict on the nearest member, which would take the packet. */
static u8 judge_nearest(const struct explanation *explanation)
{
	return explanation->pinned || explanation->dropped ?
	       ANYCAST6_VERDICT_NEARER : ANYCAST6_VERDICT_CHOSEN;
}

/* Called in the second pass. If a member takes the packet now, but none did in
 * the first pass, it came up in between: it is down for this reply.
 */
static void explain_member(void *arg, const struct anycast6_member *member,
			   u8 verdict, const struct anycast6_rank *rank)
{
	struct explanation *explanation = arg;
	const struct anycast6_choice *choice = &explanation->choice;

	if (explanation->err)
		return;
	if (member == explanation->pinned)
		verdict = ANYCAST6_VERDICT_PINNED;
	else if (member == explanation->awaited)
		verdict = ANYCAST6_VERDICT_AWAITED;
	else if (!verdict && member != choice->member)
		verdict = choice->member ? compare_ranks(rank, &choice->rank) :
					   ANYCAST6_VERDICT_DOWN;
	else if (!verdict)
		verdict = judge_nearest(explanation);
	explanation->err = anycast6_fill_member(explanation->skb,
						ANYCAST6_A_FLOW_MEMBER, member,
						verdict);
}

/* Chooses twice: the verdict on each member depends on which one is chosen. */
static int fill_candidates(struct sk_buff *skb, struct anycast6_net *an,
			   const struct anycast6_asked *asked,
			   struct anycast6_group *group)
{
	struct explanation explanation = { .skb = skb };
	struct anycast6_transit transit;
	struct anycast6_choice again;
	int err;

	err = anycast6_asked_transit(an, asked, &transit);
	if (err)
		return err;
	/* to others it would tell which connections a client has */
	if (asked->of_flows)
		explain_flows(&explanation, an, group, &transit);
	anycast6_choice_observe(group, &transit, &explanation.choice, NULL,
				NULL);
	anycast6_way_drop(&transit.way);
	anycast6_choice_observe(group, &transit, &again, explain_member,
				&explanation);
	anycast6_way_drop(&transit.way);
	kfree_skb(transit.skb);
	if (!explanation.err && explanation.waits)
		return nla_put_u32(skb, ANYCAST6_A_FLOW_WAITS,
				   explanation.left);
	return explanation.err;
}

static int answer_resolve(struct sk_buff *skb,
			  const struct anycast6_header *header,
			  struct anycast6_net *an,
			  const struct anycast6_asked *asked,
			  struct anycast6_group *group)
{
	void *msg = anycast6_fill_start(skb, header);
	int err;

	if (!msg)
		return -EMSGSIZE;
	err = anycast6_fill_flow_key(skb, &asked->key);
	if (!err)
		err = fill_candidates(skb, an, asked, group);
	if (!err)
		genlmsg_end(skb, msg);
	return err;
}

static size_t measure_answer(const struct anycast6_group *group)
{
	const struct anycast6_member *member;
	const struct anycast6_offer *offer;
	size_t size = HEAD_SIZE;

	list_for_each_entry_rcu(member, &group->members, node) {
		offer = rcu_dereference(member->traits.offer);
		size += CANDIDATE_SIZE;
		if (offer)
			size += SERVICE_SIZE * (1 + offer->services.n);
	}
	return size;
}

static struct anycast6_group *find_asked_group(struct anycast6_net *an,
					       const struct anycast6_asked *asked)
{
	const struct anycast6_key key = {
		.addr = asked->key.destination,
		.domain = asked->key.domain,
	};

	return anycast6_group_find(an, &key);
}

int anycast6_nl_resolve_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct anycast6_net *an = anycast6_net(genl_info_net(info));
	const struct anycast6_header header = {
		.portid = info->snd_portid,
		.seq = info->snd_seq,
		.cmd = ANYCAST6_CMD_RESOLVE,
	};
	struct anycast6_group *group;
	struct anycast6_asked asked;
	struct sk_buff *reply;
	size_t size;
	int err;

	err = anycast6_asked_parse(an, info, &asked);
	if (err)
		return err;
	asked.of_flows = netlink_ns_capable(skb, genl_info_net(info)->user_ns,
					    CAP_NET_ADMIN);

	/* members neither come nor go, so the reply has the measured size */
	mutex_lock(&an->lock);
	group = find_asked_group(an, &asked);
	if (!group) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[ANYCAST6_A_FLOW_ADDRESS],
				    "anycast6: no such anycast address is configured");
		err = -ENOENT;
		goto unlock;
	}
	rcu_read_lock();
	size = measure_answer(group);
	rcu_read_unlock();
	reply = genlmsg_new(size, GFP_KERNEL);
	err = -ENOMEM;
	if (!reply)
		goto unlock;
	rcu_read_lock();
	err = answer_resolve(reply, &header, an, &asked, group);
	rcu_read_unlock();
	if (err)
		nlmsg_free(reply);
unlock:
	mutex_unlock(&an->lock);
	return err ? : genlmsg_reply(reply, info);
}
