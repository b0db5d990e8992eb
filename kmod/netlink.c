// SPDX-License-Identifier: GPL-2.0
/*
 * Requests of the generic netlink family: parsed, then handed to one verb of
 * the configuration. Holds no logic.
 */
#include <net/genetlink.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "addr.h"
#include "config.h"
#include "filter.h"
#include "net.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "request.h"
#include "set.h"

/**
 * anycast6_netlink_filter() - what a request says of what it means
 * @attrs: its attributes
 * @filter: result, which points into @attrs
 *
 * Context: any.
 */
void anycast6_netlink_filter(struct nlattr **attrs,
			     struct anycast6_filter *filter)
{
	memset(filter, 0, sizeof(*filter));
	filter->origin = -1;
	filter->id = -1;
	filter->state = -1;
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

/**
 * anycast6_netlink_check_permission() - whether a request may change anything
 * @skb: the request
 * @info: the same, parsed
 *
 * Generated families know no permission short of the initial user namespace's,
 * so it is checked here.
 *
 * Context: process.
 * Return: 0 or %-EPERM.
 */
int anycast6_netlink_check_permission(struct sk_buff *skb,
				      struct genl_info *info)
{
	if (netlink_ns_capable(skb, genl_info_net(info)->user_ns,
			       CAP_NET_ADMIN))
		return 0;
	NL_SET_ERR_MSG(info->extack,
		       "anycast6: changing the configuration needs CAP_NET_ADMIN");
	return -EPERM;
}

static int parse_entry(struct genl_info *info, struct anycast6_request *req)
{
	struct nlattr *origin = info->attrs[ANYCAST6_A_ADDR_ORIGIN];
	struct nlattr *id = info->attrs[ANYCAST6_A_ADDR_ID];
	bool reserved;

	if (!origin) {
		NL_SET_ERR_MSG(info->extack,
			       "anycast6: neither an address nor what it is derived from");
		return -EINVAL;
	}
	req->origin = nla_get_u32(origin);
	reserved = req->origin == ANYCAST6_ORIGIN_RESERVED;
	if (!reserved && req->origin != ANYCAST6_ORIGIN_SUBNET_ROUTER) {
		NL_SET_ERR_MSG_ATTR(info->extack, origin,
				    "anycast6: addresses are derived from subnet-router or reserved");
		return -EINVAL;
	}
	if (reserved != !!id) {
		NL_SET_ERR_MSG_ATTR(info->extack, id ? : origin,
				    "anycast6: an identifier goes with reserved, and only with it");
		return -EINVAL;
	}
	if (id)
		req->id = nla_get_u8(id);
	return 0;
}

/* What every request may name: info->attrs has room for no more than the
 * policy of its own command.
 */
static void parse_place(struct genl_info *info, struct anycast6_request *req)
{
	memset(req, 0, sizeof(*req));
	req->attrs = info->attrs;
	req->extack = info->extack;
	if (info->attrs[ANYCAST6_A_ADDR_ADDRESS])
		req->addr = nla_data(info->attrs[ANYCAST6_A_ADDR_ADDRESS]);
	if (info->attrs[ANYCAST6_A_ADDR_VRF])
		req->vrf = nla_get_u32(info->attrs[ANYCAST6_A_ADDR_VRF]);
	if (info->attrs[ANYCAST6_A_ADDR_DEV])
		req->dev = nla_get_u32(info->attrs[ANYCAST6_A_ADDR_DEV]);
}

static int parse_area(struct genl_info *info, struct anycast6_options *options)
{
	struct nlattr *area = info->attrs[ANYCAST6_A_ADDR_AREA];
	struct nlattr *len = info->attrs[ANYCAST6_A_ADDR_AREA_LEN];

	if (!area && !len)
		return 0;
	if (!area || !len) {
		NL_SET_ERR_MSG_ATTR(info->extack, area ? : len,
				    "anycast6: an area is an address and a length");
		return -EINVAL;
	}
	anycast6_prefix_set(&options->area, nla_data(area), nla_get_u8(len));
	if (ipv6_addr_is_multicast(&options->area.addr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, area,
				    "anycast6: nothing is sent from a multicast address");
		return -EINVAL;
	}
	options->has_area = true;
	return 0;
}

/* What only the commands that add and change may say. */
static int parse_member(struct genl_info *info, struct anycast6_request *req)
{
	if (info->attrs[ANYCAST6_A_ADDR_METRIC]) {
		req->options.metric =
			nla_get_u32(info->attrs[ANYCAST6_A_ADDR_METRIC]);
		req->options.has_metric = true;
	}
	return parse_area(info, &req->options);
}

static int parse(struct genl_info *info, struct anycast6_request *req)
{
	struct nlattr *entry = info->attrs[ANYCAST6_A_ADDR_ORIGIN] ? :
			       info->attrs[ANYCAST6_A_ADDR_ID];

	parse_place(info, req);
	if (info->attrs[ANYCAST6_A_ADDR_VIA])
		req->via = nla_data(info->attrs[ANYCAST6_A_ADDR_VIA]);
	if (!req->addr && req->via) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[ANYCAST6_A_ADDR_VIA],
				    "anycast6: derived addresses have local members only");
		return -EINVAL;
	}
	if (!req->addr)
		return parse_entry(info, req);
	if (entry) {
		NL_SET_ERR_MSG_ATTR(info->extack, entry,
				    "anycast6: either an address or what it is derived from");
		return -EINVAL;
	}
	return 0;
}

static int configure(struct sk_buff *skb, struct genl_info *info,
		     enum anycast6_mode mode)
{
	struct anycast6_net *an = anycast6_net(genl_info_net(info));
	struct anycast6_request req;
	int err;

	err = anycast6_netlink_check_permission(skb, info);
	if (!err)
		err = parse(info, &req);
	if (!err)
		err = parse_member(info, &req);
	if (err)
		return err;

	mutex_lock(&an->lock);
	err = anycast6_config_add(an, &req, mode);
	mutex_unlock(&an->lock);
	if (!err)
		anycast6_request_warn(an, &req);
	return err;
}

int anycast6_nl_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return configure(skb, info, ANYCAST6_ADD);
}

int anycast6_nl_change_doit(struct sk_buff *skb, struct genl_info *info)
{
	return configure(skb, info, ANYCAST6_CHANGE);
}

int anycast6_nl_replace_doit(struct sk_buff *skb, struct genl_info *info)
{
	return configure(skb, info, ANYCAST6_REPLACE);
}

int anycast6_nl_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct anycast6_net *an = anycast6_net(genl_info_net(info));
	struct anycast6_request req;
	int err;

	err = anycast6_netlink_check_permission(skb, info);
	if (!err)
		err = parse(info, &req);
	if (err)
		return err;

	mutex_lock(&an->lock);
	err = anycast6_config_del(an, &req);
	mutex_unlock(&an->lock);
	return err;
}

static int parse_scope(struct genl_info *info,
		       struct anycast6_settings *settings)
{
	struct nlattr *addr = info->attrs[ANYCAST6_A_ADDR_SCOPE];
	struct nlattr *len = info->attrs[ANYCAST6_A_ADDR_SCOPE_LEN];

	if (!addr && !len)
		return 0;
	if (!addr || !len) {
		NL_SET_ERR_MSG_ATTR(info->extack, addr ? : len,
				    "anycast6: a scope is an address and a length");
		return -EINVAL;
	}
	anycast6_prefix_set(&settings->scope, nla_data(addr), nla_get_u8(len));
	settings->has_scope = true;
	return 0;
}

static int parse_source(struct genl_info *info,
			struct anycast6_settings *settings)
{
	struct nlattr *mode = info->attrs[ANYCAST6_A_ADDR_SOURCE];
	struct nlattr *addr = info->attrs[ANYCAST6_A_ADDR_SOURCE_ADDRESS];

	if (mode)
		settings->source.mode = nla_get_u32(mode);
	if (settings->source.mode == ANYCAST6_SOURCE_MODE_ADDRESS && !addr) {
		NL_SET_ERR_MSG_ATTR(info->extack, mode,
				    "anycast6: source address needs the address");
		return -EINVAL;
	}
	if (settings->source.mode != ANYCAST6_SOURCE_MODE_ADDRESS && addr) {
		NL_SET_ERR_MSG_ATTR(info->extack, addr,
				    "anycast6: an address goes with source address, and only with it");
		return -EINVAL;
	}
	if (addr)
		settings->source.addr = nla_get_in6_addr(addr);
	settings->has_source = mode;
	return 0;
}

static int parse_settings(struct genl_info *info,
			  struct anycast6_settings *settings)
{
	int err;

	memset(settings, 0, sizeof(*settings));
	err = parse_scope(info, settings);
	if (!err)
		err = parse_source(info, settings);
	if (err)
		return err;
	if (!settings->has_scope && !settings->has_source) {
		NL_SET_ERR_MSG(info->extack,
			       "anycast6: neither a scope nor a source is named");
		return -EINVAL;
	}
	return 0;
}

int anycast6_nl_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct anycast6_net *an = anycast6_net(genl_info_net(info));
	struct anycast6_settings settings;
	struct anycast6_request req;
	int err;

	err = anycast6_netlink_check_permission(skb, info);
	if (!err)
		err = parse(info, &req);
	if (!err)
		err = parse_settings(info, &settings);
	if (err)
		return err;

	mutex_lock(&an->lock);
	err = anycast6_config_set(an, &req, &settings);
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
	anycast6_config_flush(an, &filter);
	mutex_unlock(&an->lock);
	return 0;
}
