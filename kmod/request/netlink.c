// SPDX-License-Identifier: GPL-2.0
/*
 * Requests of the generic netlink family: each is parsed, and then one verb
 * (add, maintain, remove, set) carries it out. The family has parallel_ops, so
 * nothing but an->lock, which is taken here, keeps requests apart. Knows
 * nothing of what the verbs do.
 */
#include <net/genetlink.h>

#include <uapi/linux/anycast6.h>

#include "message/netlink_gen.h"
#include "net.h"
#include "request/add.h"
#include "request/filter.h"
#include "request/maintain.h"
#include "request/netlink.h"
#include "request/parse.h"
#include "request/remove.h"
#include "request/request.h"
#include "request/set.h"

/**
 * anycast6_netlink_filter() - make a filter of a request's attributes
 * @attrs: the attributes, at least up to ANYCAST6_A_ADDR_STATE
 * @filter: result, which points into the request
 *
 * Context: any.
 */
void anycast6_netlink_filter(struct nlattr **attrs,
			     struct anycast6_filter *filter)
{
	anycast6_filter_init(filter);
	if (attrs[ANYCAST6_A_ADDR_ADDRESS])
		filter->addr = nla_data(attrs[ANYCAST6_A_ADDR_ADDRESS]);
	if (attrs[ANYCAST6_A_ADDR_VRF])
		filter->vrf = nla_get_u32(attrs[ANYCAST6_A_ADDR_VRF]);
	if (attrs[ANYCAST6_A_ADDR_DEV])
		filter->dev = nla_get_u32(attrs[ANYCAST6_A_ADDR_DEV]);
	if (attrs[ANYCAST6_A_ADDR_ORIGIN])
		filter->origin = nla_get_u32(attrs[ANYCAST6_A_ADDR_ORIGIN]);
	if (attrs[ANYCAST6_A_ADDR_ID])
		filter->id = nla_get_u8(attrs[ANYCAST6_A_ADDR_ID]);
	if (attrs[ANYCAST6_A_ADDR_STATE])
		filter->state = nla_get_u32(attrs[ANYCAST6_A_ADDR_STATE]);
}

/* It is checked here because specifications of the protocol "genetlink" know
 * only admin-perm, which asks for CAP_NET_ADMIN in the initial user namespace.
 * The one of the network namespace is enough.
 */
static bool may_change(struct sk_buff *skb, struct genl_info *info)
{
	return netlink_ns_capable(skb, genl_info_net(info)->user_ns,
				  CAP_NET_ADMIN);
}

/**
 * anycast6_netlink_check_permission() - whether a request may change what is
 * configured
 * @skb: the request
 * @info: the same, parsed
 *
 * Context: process.
 * Return: 0 or %-EPERM, with its reason in the request's extack.
 */
int anycast6_netlink_check_permission(struct sk_buff *skb,
				      struct genl_info *info)
{
	if (may_change(skb, info))
		return 0;
	NL_SET_ERR_MSG(info->extack,
		       "anycast6: changing the configuration needs CAP_NET_ADMIN");
	return -EPERM;
}

/**
 * anycast6_netlink_check_flow_permission() - whether a request may change what is
 * remembered of flows
 * @skb: the request
 * @info: the same, parsed
 *
 * Context: process.
 * Return: 0 or %-EPERM, with its reason in the request's extack.
 */
int anycast6_netlink_check_flow_permission(struct sk_buff *skb,
					   struct genl_info *info)
{
	if (may_change(skb, info))
		return 0;
	NL_SET_ERR_MSG(info->extack,
		       "anycast6: changing the flows that are remembered needs CAP_NET_ADMIN");
	return -EPERM;
}

static int begin_request(struct sk_buff *skb, struct genl_info *info,
			 struct anycast6_request *req)
{
	return anycast6_netlink_check_permission(skb, info) ? :
	       anycast6_parse_request(info, req);
}

static int configure_member(struct sk_buff *skb, struct genl_info *info,
			    enum anycast6_mode mode)
{
	struct anycast6_net *an = anycast6_net(genl_info_net(info));
	struct anycast6_request req;
	int err;

	err = begin_request(skb, info, &req);
	if (!err)
		err = anycast6_parse_member(info, &req);
	if (err)
		return err;

	mutex_lock(&an->lock);
	err = anycast6_add(an, &req, mode);
	mutex_unlock(&an->lock);
	if (!err)
		anycast6_request_warn(an, &req);
	return err;
}

int anycast6_nl_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return configure_member(skb, info, ANYCAST6_ADD);
}

int anycast6_nl_change_doit(struct sk_buff *skb, struct genl_info *info)
{
	return configure_member(skb, info, ANYCAST6_CHANGE);
}

int anycast6_nl_replace_doit(struct sk_buff *skb, struct genl_info *info)
{
	return configure_member(skb, info, ANYCAST6_REPLACE);
}

int anycast6_nl_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct anycast6_net *an = anycast6_net(genl_info_net(info));
	struct anycast6_request req;
	int err = begin_request(skb, info, &req);

	if (err)
		return err;

	mutex_lock(&an->lock);
	err = anycast6_remove(an, &req);
	mutex_unlock(&an->lock);
	return err;
}

int anycast6_nl_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct anycast6_net *an = anycast6_net(genl_info_net(info));
	struct anycast6_settings settings;
	struct anycast6_request req;
	int err;

	err = begin_request(skb, info, &req);
	if (!err)
		err = anycast6_parse_settings(info, &settings);
	if (err)
		return err;

	mutex_lock(&an->lock);
	err = anycast6_set(an, &req, &settings);
	mutex_unlock(&an->lock);
	return err;
}

int anycast6_nl_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct anycast6_net *an = anycast6_net(genl_info_net(info));
	struct anycast6_filter filter;
	int err;

	err = anycast6_netlink_check_permission(skb, info);
	if (err)
		return err;
	anycast6_netlink_filter(info->attrs, &filter);

	mutex_lock(&an->lock);
	anycast6_remove_all(an, &filter);
	mutex_unlock(&an->lock);
	return 0;
}

static int maintain_named(struct sk_buff *skb, struct genl_info *info,
			  enum anycast6_care care)
{
	struct anycast6_net *an = anycast6_net(genl_info_net(info));
	struct anycast6_request req;
	int err;

	err = anycast6_netlink_check_permission(skb, info);
	if (err)
		return err;
	if (info->attrs[ANYCAST6_A_ADDR_ADDRESS] ||
	    info->attrs[ANYCAST6_A_ADDR_ORIGIN])
		err = anycast6_parse_request(info, &req);
	else
		err = anycast6_parse_all(info, &req);
	if (err)
		return err;

	mutex_lock(&an->lock);
	err = anycast6_maintain(an, &req, care);
	mutex_unlock(&an->lock);
	return err;
}

int anycast6_nl_drain_doit(struct sk_buff *skb, struct genl_info *info)
{
	return maintain_named(skb, info, ANYCAST6_DRAIN);
}

int anycast6_nl_resume_doit(struct sk_buff *skb, struct genl_info *info)
{
	return maintain_named(skb, info, ANYCAST6_RESUME);
}

int anycast6_nl_renew_doit(struct sk_buff *skb, struct genl_info *info)
{
	return maintain_named(skb, info, ANYCAST6_RENEW);
}
