// SPDX-License-Identifier: GPL-2.0
/*
 * The requests to show flows and to forget them. Flows name clients, so even
 * reading them needs CAP_NET_ADMIN. Knows how a flow is told, not what it does.
 */
#include <linux/mm.h>
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
#include "steer/flow_snapshot.h"
#include "steer/router.h"

/* So many dumps may be under way in a namespace: each notes all flows, for as long as
 * who asked takes to read them.
 */
#define DUMPS_MAX	16

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
 * struct cursor - where a dump goes on, in netlink_callback.args
 * @snapshot: the flows that are dumped, NULL before the first call. A place in
 *            the table would be that of another flow by the next call.
 * @place: how many of them are done
 * @an: the namespace that counts the dump, NULL before the first call
 */
struct cursor {
	struct anycast6_flow_snapshot *snapshot;
	unsigned long place;
	struct anycast6_net *an;
};

/**
 * struct dump - one call of a dump
 * @an: the namespace
 * @skb: the message that this call fills
 * @cb: the dump
 */
struct dump {
	struct anycast6_net *an;
	struct sk_buff *skb;
	struct netlink_callback *cb;
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

/* A flow that ends has no member; one whose member is gone may get another with
 * its next packet.
 */
static int dump_flow(const struct dump *dump,
		     const struct anycast6_flow_key *key)
{
	const struct anycast6_member *member = NULL;
	struct anycast6_router *router;
	struct anycast6_flow *flow;
	int err = 0;

	rcu_read_lock();
	router = rcu_dereference(dump->an->router);
	flow = router ? anycast6_flow_find(&router->flows, key) : NULL;
	if (flow && !anycast6_flow_is_over(flow))
		member = anycast6_claim_flow(dump->an, flow);
	if (member)
		err = fill_flow_message(dump, flow, member);
	rcu_read_unlock();
	return err;
}

static int dump_snapshot(const struct dump *dump, struct cursor *at)
{
	const struct anycast6_flow_snapshot *snapshot = at->snapshot;
	int err;

	for (; at->place < snapshot->n; at->place++) {
		err = dump_flow(dump, &snapshot->keys[at->place]);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

/* Leaves NULL in @at->snapshot if there are no flows. */
static int begin_dump(const struct dump *dump, struct cursor *at)
{
	struct anycast6_flow_snapshot *snapshot;
	struct anycast6_flow_filter filter;
	struct anycast6_router *router;
	int err = 0;

	if (!netlink_ns_capable(dump->cb->skb, dump->an->net->user_ns,
				CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(dump->cb->extack,
			       "anycast6: flows name clients, which needs CAP_NET_ADMIN");
		return -EPERM;
	}
	if (atomic_inc_return(&dump->an->flow_dumps) > DUMPS_MAX) {
		atomic_dec(&dump->an->flow_dumps);
		NL_SET_ERR_MSG(dump->cb->extack,
			       "anycast6: too many others read flows at this time");
		return -EBUSY;
	}
	at->an = dump->an;
	parse_flow_filter(anycast6_compat_dump_attrs(dump->cb), &filter);

	mutex_lock(&dump->an->lock);
	router = anycast6_router(dump->an);
	if (router) {
		snapshot = anycast6_flow_snapshot_take(&router->flows, &filter);
		err = PTR_ERR_OR_ZERO(snapshot);
		if (!err)
			at->snapshot = snapshot;
	}
	mutex_unlock(&dump->an->lock);
	return err;
}

int anycast6_nl_flow_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	const struct dump dump = {
		.an = anycast6_net(sock_net(skb->sk)),
		.skb = skb,
		.cb = cb,
	};
	struct cursor *at = (struct cursor *)cb->args;
	int err = 0;

	BUILD_BUG_ON(sizeof(struct cursor) > sizeof(cb->args));
	if (!at->an)
		err = begin_dump(&dump, at);
	if (!err && at->snapshot)
		err = dump_snapshot(&dump, at);
	return skb->len ? : err;
}

/* Called however the dump ends, also if the socket is closed in its midst. */
int anycast6_nl_flow_get_done(struct netlink_callback *cb)
{
	const struct cursor *at = (const struct cursor *)cb->args;

	kvfree(at->snapshot);
	if (at->an)
		atomic_dec(&at->an->flow_dumps);
	return 0;
}

int anycast6_nl_flow_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct anycast6_net *an = anycast6_net(genl_info_net(info));
	struct anycast6_router *router;
	struct anycast6_flow_filter filter;
	int err;

	err = anycast6_netlink_check_flow_permission(skb, info);
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
