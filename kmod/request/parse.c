// SPDX-License-Identifier: GPL-2.0
/*
 * Makes structures of a request's attributes, and says what is wrong with those
 * that make none. Knows messages, not what the namespace has.
 */
#include <net/genetlink.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "lib/addr.h"
#include "lib/announce.h"
#include "lib/service.h"
#include "message/netlink_gen.h"
#include "request/parse.h"
#include "request/request.h"
#include "request/set.h"

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

/* Only what every command may name: info->attrs ends with the last attribute in
 * the policy of the request's own command.
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

/* Not a limit of the policy: Linux 6.1 does not take what the generator makes
 * of one as large as this.
 */
static int parse_lifetime(struct genl_info *info,
			  struct anycast6_options *options)
{
	struct nlattr *lifetime = info->attrs[ANYCAST6_A_ADDR_LIFETIME];

	if (!lifetime)
		return 0;
	options->lifetime = nla_get_u32(lifetime);
	options->has_lifetime = true;
	if (options->lifetime <= ANYCAST6_LIFETIME_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, lifetime,
			    "anycast6: a lease is not as long as that");
	return -ERANGE;
}

static int refuse_services(struct genl_info *info, const struct nlattr *nest,
			   int err)
{
	NL_SET_BAD_ATTR(info->extack, nest);
	switch (err) {
	case -EPROTONOSUPPORT:
		NL_SET_ERR_MSG(info->extack,
			       "anycast6: a service is one of TCP or UDP");
		break;
	case -EEXIST:
		NL_SET_ERR_MSG(info->extack,
			       "anycast6: a service is named twice");
		break;
	case -E2BIG:
		BUILD_BUG_ON(ANYCAST6_SERVICES_MAX != 16);
		if (nla_type(nest) == ANYCAST6_A_ADDR_UNPINNED)
			NL_SET_ERR_MSG(info->extack,
				       "anycast6: at most 16 services of an address are unpinned");
		else
			NL_SET_ERR_MSG(info->extack,
				       "anycast6: a member has at most 16 services");
		break;
	default:
		NL_SET_ERR_MSG(info->extack,
			       "anycast6: a service is a protocol and a port");
		break;
	}
	return err;
}

static int parse_list(struct genl_info *info, const struct nlattr *nest,
		      struct anycast6_services *services)
{
	struct nlattr *attrs[ANYCAST6_A_SERVICE_MAX + 1], *attr;
	struct nlattr *proto, *port;
	int rem, err;

	nla_for_each_nested(attr, nest, rem) {
		err = nla_parse_nested(attrs, ANYCAST6_A_SERVICE_MAX, attr,
				       anycast6_service_nl_policy,
				       info->extack);
		if (err)
			return err;
		proto = attrs[ANYCAST6_A_SERVICE_PROTO];
		port = attrs[ANYCAST6_A_SERVICE_PORT];
		if (!proto || !port)
			return refuse_services(info, nest, -EINVAL);
		err = anycast6_services_add(services, nla_get_u8(proto),
					    nla_get_u16(port));
		if (err)
			return refuse_services(info, nest, err);
	}
	return 0;
}

static int parse_services(struct genl_info *info,
			  struct anycast6_request *req)
{
	struct nlattr *nest = info->attrs[ANYCAST6_A_ADDR_SERVICES];

	if (!nest)
		return 0;
	if (req->via) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "anycast6: services are those of a member on this node");
		return -EINVAL;
	}
	req->options.has_services = true;
	return parse_list(info, nest, &req->options.services);
}

static int parse_probe(struct genl_info *info,
		       struct anycast6_options *options)
{
	struct nlattr *probe = info->attrs[ANYCAST6_A_ADDR_PROBE];

	if (!probe)
		return 0;
	options->probe = nla_get_u32(probe);
	options->has_probe = true;
	if (!options->probe || (options->probe >= ANYCAST6_PROBE_MIN &&
				options->probe <= ANYCAST6_PROBE_MAX))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, probe,
			    "anycast6: a member is probed every 10 to 60000 ms");
	return -ERANGE;
}

/**
 * anycast6_parse_member() - read the options of a member or an entry
 * @info: the request, parsed: only those that add and change have options
 * @req: what anycast6_parse_request() made of it; gets the options
 *
 * Context: process.
 * Return: 0; %-ERANGE for a lifetime or an interval between probes that is out
 * of range; an error of anycast6_services_add() or nla_parse_nested(); %-EINVAL
 * for the rest. The request's extack says why.
 */
int anycast6_parse_member(struct genl_info *info, struct anycast6_request *req)
{
	int err;

	if (info->attrs[ANYCAST6_A_ADDR_METRIC]) {
		req->options.metric =
			nla_get_u32(info->attrs[ANYCAST6_A_ADDR_METRIC]);
		req->options.has_metric = true;
	}
	err = parse_lifetime(info, &req->options);
	if (!err)
		err = parse_services(info, req);
	if (!err)
		err = parse_probe(info, &req->options);
	if (err)
		return err;
	return parse_area(info, &req->options);
}

/**
 * anycast6_parse_request() - read which address, member or entry is named
 * @info: the request, parsed
 * @req: result, which points into the request
 *
 * Context: process.
 * Return: 0, or %-EINVAL if its parts don't go together; the request's extack
 * says why.
 */
int anycast6_parse_request(struct genl_info *info,
			   struct anycast6_request *req)
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
	struct nlattr *related = info->attrs[ANYCAST6_A_ADDR_SOURCE_RELATED];

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
	if (related && (!mode ||
			settings->source.mode == ANYCAST6_SOURCE_MODE_UNICAST)) {
		NL_SET_ERR_MSG_ATTR(info->extack, related,
				    "anycast6: related goes with a source, and not with unicast");
		return -EINVAL;
	}
	if (addr)
		settings->source.addr = nla_get_in6_addr(addr);
	settings->source.related = related;
	settings->has_source = mode;
	return 0;
}

static int parse_hold(struct genl_info *info,
		      struct anycast6_settings *settings)
{
	struct nlattr *hold = info->attrs[ANYCAST6_A_ADDR_HOLD];

	settings->has_hold = hold;
	if (!hold)
		return 0;
	settings->hold_time = nla_get_u32(hold);
	if (settings->hold_time <= ANYCAST6_LIFETIME_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, hold,
			    "anycast6: a hold is not as long as that");
	return -ERANGE;
}

static void parse_announce(struct genl_info *info,
			   struct anycast6_announce_option *announce)
{
	struct nlattr *mode = info->attrs[ANYCAST6_A_ADDR_ANNOUNCE];
	struct nlattr *metric = info->attrs[ANYCAST6_A_ADDR_ANNOUNCE_METRIC];

	announce->has_mode = mode;
	if (mode)
		announce->mode = nla_get_u32(mode);
	if (metric)
		announce->metric = nla_get_u32(metric);
}

static int parse_pinning(struct genl_info *info,
			 struct anycast6_pinning_option *pinning)
{
	struct nlattr *affinity = info->attrs[ANYCAST6_A_ADDR_AFFINITY];
	struct nlattr *unpinned = info->attrs[ANYCAST6_A_ADDR_UNPINNED];

	pinning->has_affinity = affinity;
	if (affinity)
		pinning->affinity = nla_get_u32(affinity);
	pinning->has_unpinned = unpinned;
	return unpinned ? parse_list(info, unpinned, &pinning->unpinned) : 0;
}

/**
 * anycast6_parse_settings() - read what is to be set for a whole address
 * @info: the request, parsed
 * @settings: result
 *
 * Context: process.
 * Return: 0; %-EINVAL if nothing is named, or one attribute without the other
 * that it needs; %-ERANGE if the hold time is too long; an error of
 * anycast6_services_add() or nla_parse_nested(). The request's extack says why.
 */
int anycast6_parse_settings(struct genl_info *info,
			    struct anycast6_settings *settings)
{
	int err;

	memset(settings, 0, sizeof(*settings));
	err = parse_scope(info, settings);
	if (!err)
		err = parse_source(info, settings);
	if (!err)
		err = parse_hold(info, settings);
	if (!err)
		err = parse_pinning(info, &settings->pinning);
	if (err)
		return err;
	parse_announce(info, &settings->announce);
	if (!settings->has_scope && !settings->has_source &&
	    !settings->has_hold &&
	    !anycast6_pinning_is_set(&settings->pinning) &&
	    !anycast6_announce_is_set(&settings->announce)) {
		NL_SET_ERR_MSG(info->extack,
			       "anycast6: nothing is named that can be set");
		return -EINVAL;
	}
	return 0;
}

/**
 * anycast6_parse_all() - read a request that means all members
 * @info: the request, parsed; names neither an address nor an entry
 * @req: result: a VRF, if the request names one
 *
 * Context: process.
 * Return: 0, or %-EINVAL if it names anything else; the request's extack says
 * why.
 */
int anycast6_parse_all(struct genl_info *info, struct anycast6_request *req)
{
	struct nlattr *wrong = info->attrs[ANYCAST6_A_ADDR_VIA] ? :
			       info->attrs[ANYCAST6_A_ADDR_DEV] ? :
			       info->attrs[ANYCAST6_A_ADDR_ID];

	parse_place(info, req);
	if (!wrong)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, wrong,
			    "anycast6: a member is one of an address");
	return -EINVAL;
}
