// SPDX-License-Identifier: GPL-2.0
/*
 * The choice of a member, explained: whom a flow would get, and why nobody
 * else. Uses what chooses for packets; changes nothing.
 */
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "lib/select.h"
#include "message/fill.h"
#include "message/fill_member.h"
#include "message/netlink_gen.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "object/watch.h"
#include "steer/choice.h"
#include "steer/flow.h"
#include "steer/router.h"

/* Room for one candidate, for one of its services, and for what comes before
 * them.
 */
#define CANDIDATE_SIZE	448
#define SERVICE_SIZE	24
#define HEAD_SIZE	128

/**
 * struct question - what a request asks about
 * @key: the flow
 * @iif: interface index of the device it comes by, 0 for this node's own
 */
struct question {
	struct anycast6_flow_key key;
	u32 iif;
};

static u32 asked_domain(struct anycast6_net *an, struct nlattr **attrs,
			const struct in6_addr *addr)
{
	struct nlattr *vrf = attrs[ANYCAST6_A_FLOW_VRF];
	struct nlattr *dev = attrs[ANYCAST6_A_FLOW_DEV];
	struct nlattr *iif = attrs[ANYCAST6_A_FLOW_IIF];
	struct net_device *in;
	u32 domain = 0;

	if (anycast6_addr_is_linklocal(addr)) {
		dev = dev ? : iif;
		return dev ? nla_get_u32(dev) : 0;
	}
	if (vrf)
		return nla_get_u32(vrf);
	if (!iif)
		return 0;
	rcu_read_lock();
	in = dev_get_by_index_rcu(an->net, nla_get_u32(iif));
	if (in)
		domain = anycast6_dev_vrf(in);
	rcu_read_unlock();
	return domain;
}

static int parse_flow_ports(struct genl_info *info,
			    struct anycast6_flow_key *key)
{
	struct nlattr *proto = info->attrs[ANYCAST6_A_FLOW_PROTO];
	struct nlattr *sport = info->attrs[ANYCAST6_A_FLOW_SPORT];
	struct nlattr *dport = info->attrs[ANYCAST6_A_FLOW_DPORT];

	if (!proto && (sport || dport)) {
		NL_SET_ERR_MSG_ATTR(info->extack, sport ? : dport,
				    "anycast6: ports are those of a protocol");
		return -EINVAL;
	}
	key->proto = proto ? nla_get_u8(proto) : IPPROTO_NONE;
	if (sport)
		key->sport = htons(nla_get_u16(sport));
	if (dport)
		key->dport = htons(nla_get_u16(dport));
	return 0;
}

static int parse_resolve(struct anycast6_net *an, struct genl_info *info,
			 struct question *question)
{
	struct nlattr *address = info->attrs[ANYCAST6_A_FLOW_ADDRESS];
	struct nlattr *source = info->attrs[ANYCAST6_A_FLOW_SOURCE];
	struct nlattr *iif = info->attrs[ANYCAST6_A_FLOW_IIF];

	memset(question, 0, sizeof(*question));
	if (!address || !source) {
		NL_SET_ERR_MSG(info->extack,
			       "anycast6: an address and a source are needed");
		return -EINVAL;
	}
	question->key.destination = nla_get_in6_addr(address);
	question->key.source = nla_get_in6_addr(source);
	if (ipv6_addr_is_multicast(&question->key.source)) {
		NL_SET_ERR_MSG_ATTR(info->extack, source,
				    "anycast6: nothing is sent from a multicast address");
		return -EINVAL;
	}
	question->iif = iif ? nla_get_u32(iif) : 0;
	question->key.domain = asked_domain(an, info->attrs,
					    &question->key.destination);
	return parse_flow_ports(info, &question->key);
}

static bool is_barred(struct anycast6_net *an, const struct question *question,
		      const struct anycast6_member *member)
{
	return member->nexthop && question->iif &&
	       !READ_ONCE(an->net->ipv6.devconf_all->forwarding);
}

/* A process that is gone is one before anything tells so. */
static bool is_down(struct anycast6_net *an,
		    const struct anycast6_member *member)
{
	return READ_ONCE(member->state) == ANYCAST6_STATE_DOWN ||
	       anycast6_watch_is_unserved(an, member);
}

/* Why a member can't have the flow at all, or 0. */
static u8 exclude_member(struct anycast6_net *an,
			 const struct question *question,
			 const struct anycast6_member *member, u64 flow,
			 struct anycast6_rank *rank)
{
	struct anycast6_candidate candidate;

	if (is_down(an, member))
		return ANYCAST6_VERDICT_DOWN;
	if (is_barred(an, question, member))
		return ANYCAST6_VERDICT_FORWARDING;
	anycast6_member_candidate(member, &candidate);
	if (!anycast6_select_rank(&candidate, &question->key.source, flow,
				  rank))
		return ANYCAST6_VERDICT_AREA;
	return 0;
}

/* Why a member lost against the one that was chosen. */
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

static const struct anycast6_member *
find_best(struct anycast6_net *an, const struct question *question,
	  const struct anycast6_group *group, u64 flow,
	  struct anycast6_rank *best)
{
	const struct anycast6_member *member, *winner = NULL;
	struct anycast6_rank rank;

	list_for_each_entry_rcu(member, &group->members, node) {
		if (exclude_member(an, question, member, flow, &rank) ||
		    (winner && anycast6_select_compare(&rank, best) >= 0))
			continue;
		winner = member;
		*best = rank;
	}
	return winner;
}

static const struct anycast6_member *
find_flow_member(struct anycast6_net *an, const struct question *question)
{
	struct anycast6_router *router = rcu_dereference(an->router);
	const struct anycast6_member *member;
	const struct anycast6_flow *flow;

	if (!router)
		return NULL;
	flow = anycast6_flow_find(&router->flows, &question->key);
	if (!flow || anycast6_flow_is_over(flow))
		return NULL;
	member = rcu_dereference(flow->member);
	return member && !is_down(an, member) &&
	       !is_barred(an, question, member) ? member : NULL;
}

static int fill_candidates(struct sk_buff *skb, struct anycast6_net *an,
			   const struct question *question,
			   const struct anycast6_group *group)
{
	const struct anycast6_member *member, *best, *pinned;
	const struct anycast6_flow_key *key = &question->key;
	struct anycast6_rank rank, best_rank;
	u64 flow;
	u8 verdict;
	int err;

	flow = anycast6_choice_flow(key);
	best = find_best(an, question, group, flow, &best_rank);
	pinned = find_flow_member(an, question);
	list_for_each_entry_rcu(member, &group->members, node) {
		verdict = exclude_member(an, question, member, flow, &rank);
		if (member == pinned)
			verdict = ANYCAST6_VERDICT_PINNED;
		else if (member == best && !pinned)
			verdict = ANYCAST6_VERDICT_CHOSEN;
		else if (!verdict)
			verdict = member == best ?
					  ANYCAST6_VERDICT_NEARER :
					  compare_ranks(&rank, &best_rank);
		err = anycast6_fill_member(skb, ANYCAST6_A_FLOW_MEMBER, member,
					   verdict);
		if (err)
			return err;
	}
	return 0;
}

static int answer_resolve(struct sk_buff *skb,
			  const struct anycast6_header *header,
			  struct anycast6_net *an,
			  const struct question *question,
			  const struct anycast6_group *group)
{
	void *msg = anycast6_fill_start(skb, header);
	int err;

	if (!msg)
		return -EMSGSIZE;
	err = anycast6_fill_flow_key(skb, &question->key);
	if (!err)
		err = fill_candidates(skb, an, question, group);
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
					       const struct question *question)
{
	const struct anycast6_key key = {
		.addr = question->key.destination,
		.domain = question->key.domain,
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
	struct question question;
	struct sk_buff *reply;
	size_t size;
	int err;

	err = parse_resolve(an, info, &question);
	if (err)
		return err;

	/* members neither come nor go meanwhile */
	mutex_lock(&an->lock);
	group = find_asked_group(an, &question);
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
	err = answer_resolve(reply, &header, an, &question, group);
	rcu_read_unlock();
	if (err)
		nlmsg_free(reply);
unlock:
	mutex_unlock(&an->lock);
	return err ? : genlmsg_reply(reply, info);
}
