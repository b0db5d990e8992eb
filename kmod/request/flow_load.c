// SPDX-License-Identifier: GPL-2.0
/*
 * The requests to remember a flow that was remembered elsewhere. Knows how a
 * flow is named and what can't be one, not which account of it counts.
 */
#include <net/genetlink.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "lib/flow_key.h"
#include "message/netlink_gen.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "object/pinning.h"
#include "reconcile/domain.h"
#include "request/netlink.h"
#include "steer/flow.h"
#include "steer/flow_load.h"
#include "steer/router.h"

/* Points the extack of _info at its attribute _attr, with the message _msg, a
 * string literal; evaluates to _err.
 */
#define REFUSE_FLOW(_info, _attr, _err, _msg) ({			\
	struct genl_info *__info = (_info);				\
									\
	NL_SET_ERR_MSG_ATTR(__info->extack,				\
			    __info->attrs[ANYCAST6_A_FLOW_##_attr],	\
			    "anycast6: " _msg);				\
	(_err);								\
})

static int parse_flow_addresses(struct genl_info *info,
				struct anycast6_flow_key *key)
{
	struct nlattr *address = info->attrs[ANYCAST6_A_FLOW_ADDRESS];
	struct nlattr *source = info->attrs[ANYCAST6_A_FLOW_SOURCE];
	struct nlattr *vrf = info->attrs[ANYCAST6_A_FLOW_VRF];
	struct nlattr *dev = info->attrs[ANYCAST6_A_FLOW_DEV];

	if (!address || !source) {
		NL_SET_ERR_MSG(info->extack,
			       "anycast6: an address and a source are needed");
		return -EINVAL;
	}
	key->destination = nla_get_in6_addr(address);
	key->source = nla_get_in6_addr(source);
	if (!anycast6_addr_is_linklocal(&key->destination)) {
		key->domain = vrf ? nla_get_u32(vrf) : 0;
		return 0;
	}
	if (!dev)
		return REFUSE_FLOW(info, ADDRESS, -EINVAL,
				   "a link-local address needs a device");
	key->domain = nla_get_u32(dev);
	return 0;
}

static int parse_flow_transport(struct genl_info *info,
				struct anycast6_flow_key *key)
{
	struct nlattr *proto = info->attrs[ANYCAST6_A_FLOW_PROTO];
	struct nlattr *sport = info->attrs[ANYCAST6_A_FLOW_SPORT];
	struct nlattr *dport = info->attrs[ANYCAST6_A_FLOW_DPORT];
	bool echo;

	if (!proto && !sport && !dport) {
		key->proto = ANYCAST6_TRACK_SOURCE;
		return 0;
	}
	key->proto = proto ? nla_get_u8(proto) : IPPROTO_NONE;
	echo = key->proto == IPPROTO_ICMPV6;
	if (key->proto == ANYCAST6_TRACK_SOURCE ||
	    !anycast6_track_pins(key->proto, 0))
		return REFUSE_FLOW(info, PROTO, -EPROTONOSUPPORT,
				   "flows are those of TCP, UDP, UDP-Lite, SCTP or ICMPv6 echo");
	if (!sport || !dport != echo) {
		NL_SET_ERR_MSG(info->extack,
			       "anycast6: a flow has two ports, or an identifier of ICMPv6 echo");
		return -EINVAL;
	}
	key->sport = htons(nla_get_u16(sport));
	if (dport)
		key->dport = htons(nla_get_u16(dport));
	return 0;
}

/* Refuses what no packet makes a flow of here, either. */
static int refuse_fault(struct genl_info *info,
			const struct anycast6_flow_key *key)
{
	switch (anycast6_flow_key_fault(key)) {
	case ANYCAST6_FLOW_FAULT_SOURCE:
		return REFUSE_FLOW(info, SOURCE, -EINVAL,
				   "no client has an unspecified, loopback, multicast or IPv4-mapped address");
	case ANYCAST6_FLOW_FAULT_SELF:
		return REFUSE_FLOW(info, SOURCE, -EINVAL,
				   "no client has the anycast address itself");
	case ANYCAST6_FLOW_FAULT_SPORT:
		return REFUSE_FLOW(info, SPORT, -EINVAL,
				   "port 0 has no flows");
	case ANYCAST6_FLOW_FAULT_DPORT:
		return REFUSE_FLOW(info, DPORT, -EINVAL,
				   "port 0 has no flows");
	case ANYCAST6_FLOW_FAULT_NONE:
		break;
	}
	return 0;
}

/* Of a flow of another protocol it is only known whether it is new. */
static int refuse_tcp_words(struct genl_info *info)
{
	struct nlattr *state = info->attrs[ANYCAST6_A_FLOW_STATE];

	if (info->attrs[ANYCAST6_A_FLOW_TRUST])
		return REFUSE_FLOW(info, TRUST, -EINVAL,
				   "only TCP connections have a trust");
	if (info->attrs[ANYCAST6_A_FLOW_NEXT])
		return REFUSE_FLOW(info, NEXT, -EINVAL,
				   "only TCP connections have sequence numbers");
	if (info->attrs[ANYCAST6_A_FLOW_SYN])
		return REFUSE_FLOW(info, SYN, -EINVAL,
				   "only TCP connections have sequence numbers");
	if (state && nla_get_u32(state) != ANYCAST6_FLOW_STATE_NEW &&
	    nla_get_u32(state) != ANYCAST6_FLOW_STATE_ESTABLISHED)
		return REFUSE_FLOW(info, STATE, -EINVAL,
				   "only TCP connections are closing or closed");
	return 0;
}

/* Without a sequence number it is not known what the client sends next, so what
 * ends the connection can't be believed.
 */
static void parse_track(struct genl_info *info, bool tcp,
			struct anycast6_track *track)
{
	struct nlattr *state = info->attrs[ANYCAST6_A_FLOW_STATE];
	struct nlattr *trust = info->attrs[ANYCAST6_A_FLOW_TRUST];
	struct nlattr *next = info->attrs[ANYCAST6_A_FLOW_NEXT];
	struct nlattr *syn = info->attrs[ANYCAST6_A_FLOW_SYN];

	memset(track, 0, sizeof(*track));
	track->state = state ? nla_get_u32(state) :
			       ANYCAST6_FLOW_STATE_ESTABLISHED;
	track->trust = ANYCAST6_TRUST_WITNESSED;
	if (!tcp)
		return;
	if (!next)
		track->trust = ANYCAST6_TRUST_BLIND;
	else
		track->next = nla_get_u32(next);
	if (next && trust)
		track->trust = nla_get_u32(trust);
	if (syn) {
		track->syn = nla_get_u32(syn);
		track->tries = true;
	}
}

static int parse_image(struct genl_info *info, struct anycast6_flow_key *key,
		       struct anycast6_flow_image *image)
{
	struct nlattr *proof = info->attrs[ANYCAST6_A_FLOW_PROOF];
	struct nlattr *idle = info->attrs[ANYCAST6_A_FLOW_IDLE];
	struct anycast6_track *track = &image->track;
	u32 ms = idle ? nla_get_u32(idle) : 0;
	u32 timeout;
	int err;

	memset(key, 0, sizeof(*key));
	err = parse_flow_addresses(info, key);
	if (!err)
		err = parse_flow_transport(info, key);
	if (!err)
		err = refuse_fault(info, key);
	if (!err && key->proto != IPPROTO_TCP)
		err = refuse_tcp_words(info);
	if (err)
		return err;
	parse_track(info, key->proto == IPPROTO_TCP, track);
	timeout = anycast6_track_timeout(key->proto, track->state,
					 track->trust);
	if (ms > timeout * MSEC_PER_SEC)
		return REFUSE_FLOW(info, IDLE, -ESTALE,
				   "the flow has been idle for too long");
	image->key = key;
	image->used = (u32)jiffies - (u32)msecs_to_jiffies(ms);
	image->flags = ANYCAST6_FLOW_LOADED;
	if (proof && nla_get_u32(proof) == ANYCAST6_FLOW_PROOF_UNPROVEN)
		image->flags |= ANYCAST6_FLOW_UNPROVEN;
	return 0;
}

/* Refuses what the address would not remember by itself, either. */
static int refuse_unpinned(struct genl_info *info,
			   const struct anycast6_flow_key *key,
			   const struct anycast6_group *group)
{
	const struct anycast6_pinning *pinning = &group->pinning;
	bool excluded;

	if (key->proto == ANYCAST6_TRACK_SOURCE)
		return anycast6_pinning_by_source(pinning) ? 0 :
		       REFUSE_FLOW(info, SOURCE, -EOPNOTSUPP,
				   "the address remembers no sources, each flow stays by itself (affinity)");
	rcu_read_lock();
	excluded = anycast6_pinning_excludes(pinning, key->proto,
					     ntohs(key->dport));
	rcu_read_unlock();
	return !excluded ? 0 :
	       REFUSE_FLOW(info, DPORT, -EOPNOTSUPP,
			   "the address remembers no flows to this port (unpinned)");
}

/* Finds the member that the flow is to have. */
static int find_flow_target(struct anycast6_net *an, struct genl_info *info,
			    const struct anycast6_flow_key *flow_key,
			    struct anycast6_member **member)
{
	struct nlattr *via = info->attrs[ANYCAST6_A_FLOW_VIA];
	struct nlattr *dev = info->attrs[ANYCAST6_A_FLOW_VIA_DEV];
	const struct anycast6_key key = {
		.addr = flow_key->destination,
		.domain = flow_key->domain,
	};
	struct anycast6_group *group = anycast6_group_find(an, &key);

	if (!group)
		return REFUSE_FLOW(info, ADDRESS, -ENOENT,
				   "no such anycast address is configured");
	if (!group->remotes)
		return REFUSE_FLOW(info, ADDRESS, -ENOENT,
				   "the address has no members on other nodes, so it has no flows");
	*member = anycast6_member_find(an, group, dev ? nla_get_u32(dev) :
				       group->domain->link->ifindex,
				       via ? nla_data(via) : NULL);
	if (*member)
		return refuse_unpinned(info, flow_key, group);
	if (via)
		return REFUSE_FLOW(info, VIA, -ENOENT,
				   "the address has no such member");
	return REFUSE_FLOW(info, VIA_DEV, -ENOENT,
			   "the address has no such member on this node");
}

static int blame_flow(struct genl_info *info, int err)
{
	switch (err) {
	case -EEXIST:
		NL_SET_ERR_MSG(info->extack,
			       "anycast6: the flow is established here, and nothing newer is known of it");
		break;
	case -ENOSPC:
		NL_SET_ERR_MSG(info->extack,
			       "anycast6: too many flows, and none gives way (net.anycast6.max_flows)");
		break;
	case -ESTALE:
		NL_SET_ERR_MSG(info->extack,
			       "anycast6: the flow that was here has just ended");
		break;
	}
	return err;
}

static int load_flow(struct sk_buff *skb, struct genl_info *info, bool replace)
{
	struct anycast6_net *an = anycast6_net(genl_info_net(info));
	struct anycast6_flow_image image;
	struct anycast6_member *member;
	struct anycast6_flow_key key;
	int err;

	err = anycast6_netlink_check_flow_permission(skb, info);
	if (!err)
		err = parse_image(info, &key, &image);
	if (err)
		return err;

	mutex_lock(&an->lock);
	err = find_flow_target(an, info, &key, &member);
	/* an address with remote members has a router */
	if (!err)
		err = blame_flow(info,
				 anycast6_flow_load(&anycast6_router(an)->flows,
						    &image, member, replace));
	mutex_unlock(&an->lock);
	return err;
}

int anycast6_nl_flow_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return load_flow(skb, info, false);
}

int anycast6_nl_flow_replace_doit(struct sk_buff *skb, struct genl_info *info)
{
	return load_flow(skb, info, true);
}
