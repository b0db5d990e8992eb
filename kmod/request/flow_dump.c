// SPDX-License-Identifier: GPL-2.0
/*
 * The requests to show flows and to forget them. Flows name clients, so even
 * reading them needs CAP_NET_ADMIN. Knows how a flow is told, not what it does.
 */
#include <net/genetlink.h>

#include <uapi/linux/anycast6.h>

#include <anycast6_compat.h>

#include "message/fill.h"
#include "message/fill_flow.h"
#include "message/fill_member.h"
#include "message/netlink_gen.h"
#include "net.h"
#include "object/member.h"
#include "request/netlink.h"
#include "steer/claim.h"
#include "steer/flow.h"
#include "steer/router.h"

static void parse_flow_filter(struct nlattr **attrs,
			      struct anycast6_flow_filter *filter)
{
	memset(filter, 0, sizeof(*filter));
	if (attrs[ANYCAST6_A_FLOW_ADDRESS])
		filter->addr = nla_data(attrs[ANYCAST6_A_FLOW_ADDRESS]);
	if (attrs[ANYCAST6_A_FLOW_VRF])
		filter->domain = nla_get_u32(attrs[ANYCAST6_A_FLOW_VRF]);
}

/**
 * struct dump - one call of a dump
 * @an: the namespace
 * @skb: the message that this call fills
 * @cb: the dump. Its args[0] is how many flows were dealt with, not a place in
 *      the table, which may be another one by the next call, or none.
 * @filter: which flows are dumped
 * @place: how many flows this call has visited
 */
struct dump {
	struct anycast6_net *an;
	struct sk_buff *skb;
	struct netlink_callback *cb;
	struct anycast6_flow_filter filter;
	long place;
};

static int fill_flow_message(const struct dump *dump,
			     const struct anycast6_flow *flow,
			     const struct anycast6_member *member)
{
	const struct anycast6_header header = {
		.portid = NETLINK_CB(dump->cb->skb).portid,
		.seq = dump->cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI,
		.cmd = ANYCAST6_CMD_FLOW_GET,
	};
	void *msg = anycast6_fill_start(dump->skb, &header);

	if (!msg)
		return -EMSGSIZE;
	if (anycast6_fill_flow(dump->skb, flow, member) ||
	    anycast6_fill_member(dump->skb, ANYCAST6_A_FLOW_MEMBER, member,
				 0)) {
		genlmsg_cancel(dump->skb, msg);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, msg);
	return 0;
}

static int visit_flow(struct anycast6_flows *flows, struct anycast6_flow *flow,
		      void *arg)
{
	const struct anycast6_member *member;
	struct dump *dump = arg;
	int err = 0;

	if (dump->place++ < dump->cb->args[0] ||
	    !anycast6_flow_filter_passes(&dump->filter, flow))
		return 0;
	/* a flow that ends has no member; one whose member is gone may get
	 * another with its next packet
	 */
	member = anycast6_claim_flow(dump->an, flow);
	if (member && !anycast6_flow_is_over(flow))
		err = fill_flow_message(dump, flow, member);
	if (!err)
		dump->cb->args[0] = dump->place;
	return err;
}

int anycast6_nl_flow_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct anycast6_net *an = anycast6_net(sock_net(skb->sk));
	struct dump dump = { .an = an, .skb = skb, .cb = cb };
	struct anycast6_router *router;
	int err = 0;

	if (!netlink_ns_capable(cb->skb, an->net->user_ns, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(cb->extack,
			       "anycast6: flows name clients, which needs CAP_NET_ADMIN");
		return -EPERM;
	}
	parse_flow_filter(anycast6_compat_dump_attrs(cb), &dump.filter);

	mutex_lock(&an->lock);
	router = anycast6_router(an);
	if (router)
		err = anycast6_flows_walk(&router->flows, visit_flow, &dump);
	mutex_unlock(&an->lock);
	return skb->len ? : err;
}

int anycast6_nl_flow_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct anycast6_net *an = anycast6_net(genl_info_net(info));
	struct anycast6_router *router;
	struct anycast6_flow_filter filter;
	int err;

	err = anycast6_netlink_check_permission(skb, info);
	if (err)
		return err;
	parse_flow_filter(info->attrs, &filter);

	mutex_lock(&an->lock);
	router = anycast6_router(an);
	if (router)
		anycast6_flows_flush(&router->flows, &filter);
	mutex_unlock(&an->lock);
	return 0;
}
