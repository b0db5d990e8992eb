// SPDX-License-Identifier: GPL-2.0
/*
 * What a request to explain a choice asks about: a flow, and a packet of it that is
 * made up. Knows no members, and not what becomes of the packet.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "lib/track.h"
#include "net.h"
#include "request/asked.h"
#include "steer/choice.h"

/* The domain that the packet's destination would have: that of the request, or
 * of the device that the packet comes by.
 */
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

static int check_iif(struct anycast6_net *an, struct genl_info *info, u32 iif)
{
	bool exists;

	rcu_read_lock();
	exists = dev_get_by_index_rcu(an->net, iif);
	rcu_read_unlock();
	if (exists)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[ANYCAST6_A_FLOW_IIF],
			    "anycast6: there is no such device");
	return -ENODEV;
}

/**
 * anycast6_asked_parse() - read what a request asks about
 * @an: the namespace
 * @info: the request
 * @asked: result
 *
 * Context: process.
 * Return: 0 or a negative errno, which is explained.
 */
int anycast6_asked_parse(struct anycast6_net *an, struct genl_info *info,
			 struct anycast6_asked *asked)
{
	struct nlattr *address = info->attrs[ANYCAST6_A_FLOW_ADDRESS];
	struct nlattr *source = info->attrs[ANYCAST6_A_FLOW_SOURCE];
	struct nlattr *iif = info->attrs[ANYCAST6_A_FLOW_IIF];
	int err;

	memset(asked, 0, sizeof(*asked));
	if (!address || !source) {
		NL_SET_ERR_MSG(info->extack,
			       "anycast6: an address and a source are needed");
		return -EINVAL;
	}
	asked->key.destination = nla_get_in6_addr(address);
	asked->key.source = nla_get_in6_addr(source);
	if (ipv6_addr_is_multicast(&asked->key.source)) {
		NL_SET_ERR_MSG_ATTR(info->extack, source,
				    "anycast6: nothing is sent from a multicast address");
		return -EINVAL;
	}
	asked->iif = iif ? nla_get_u32(iif) : 0;
	err = asked->iif ? check_iif(an, info, asked->iif) : 0;
	if (err)
		return err;
	asked->key.domain = asked_domain(an, info->attrs,
					 &asked->key.destination);
	return parse_flow_ports(info, &asked->key);
}

/* ---- the packet that is asked about ---- */

/* anycast6_way_is_to_sender() tells by a packet's link-layer source which
 * neighbour it came from. This one is made to come from the neighbour that
 * leads to its source. If that is not known, it comes from the device's own
 * address, which no neighbour has.
 */
static void put_link_header(struct sk_buff *skb, struct net_device *dev,
			    const struct in6_addr *source)
{
	const struct neighbour *neighbour;
	u8 address[MAX_ADDR_LEN] = {};
	const struct in6_addr *sender;
	struct dst_entry *dst;
	struct flowi6 fl6 = {
		.flowi6_oif = dev->ifindex,
		.daddr = *source,
	};

	if (!dev->header_ops)
		return;
	dst = ip6_route_output_flags(dev_net(dev), NULL, &fl6, 0);
	sender = rt6_nexthop(dst_rt6_info(dst), source);
	neighbour = __ipv6_neigh_lookup_noref(dev, sender);
	if (neighbour && READ_ONCE(neighbour->nud_state) & NUD_VALID)
		neigh_ha_snapshot(address, neighbour, dev);
	else
		memcpy(address, dev->dev_addr, dev->addr_len);
	dst_release(dst);
	if (dev_hard_header(skb, dev, ETH_P_IPV6, dev->dev_addr, address,
			    skb->len) >= 0)
		skb_reset_mac_header(skb);
	skb_pull(skb, skb_network_offset(skb));
}

/* @dev: the device that the packet comes by, the loopback device for one of
 * this node
 */
static struct sk_buff *make_packet(struct net_device *dev,
				   const struct anycast6_asked *asked)
{
	const struct anycast6_flow_key *key = &asked->key;
	/* read once: the device may change it at any time */
	int room = LL_RESERVED_SPACE(dev);
	struct ipv6hdr *ip6;
	struct sk_buff *skb;

	skb = alloc_skb(room + sizeof(*ip6), GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	ip6 = skb_put_zero(skb, sizeof(*ip6));
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, sizeof(*ip6));
	skb->protocol = htons(ETH_P_IPV6);
	skb->dev = dev;
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	IP6CB(skb)->iif = dev->ifindex;
	ip6_flow_hdr(ip6, 0, 0);
	ip6->nexthdr = key->proto;
	ip6->hop_limit = IPV6_DEFAULT_HOPLIMIT;
	ip6->saddr = key->source;
	ip6->daddr = key->destination;
	if (asked->iif)
		put_link_header(skb, dev, &key->source);
	return skb;
}

/**
 * anycast6_asked_transit() - make the packet that is asked about, as one that
 * opens its flow
 * @an: the namespace
 * @asked: the flow
 * @transit: result; the caller frees its skb
 *
 * Context: RCU.
 * Return: 0; %-ENODEV if the device has gone, %-ENOMEM.
 */
int anycast6_asked_transit(struct anycast6_net *an,
			   const struct anycast6_asked *asked,
			   struct anycast6_transit *transit)
{
	struct net_device *dev = an->net->loopback_dev, *vrf;
	struct sk_buff *skb;

	if (asked->iif)
		dev = dev_get_by_index_rcu(an->net, asked->iif);
	if (!dev)
		return -ENODEV;
	skb = make_packet(dev, asked);
	if (!skb)
		return -ENOMEM;
	/* in a VRF, anycast6_steer_input() takes a packet when it comes as the VRF's */
	vrf = l3mdev_master_dev_rcu(dev);
	if (vrf)
		skb->dev = vrf;
	*transit = (struct anycast6_transit) {
		.net = an->net,
		.skb = skb,
		.iif = asked->iif ? skb->dev : NULL,
		.forwards = !asked->iif ||
			    READ_ONCE(an->net->ipv6.devconf_all->forwarding),
		.packet.key = asked->key,
		.packet.kind = ANYCAST6_PACKET_FLOW,
		.packet.segment.flags = ANYCAST6_TRACK_SYN,
	};
	return 0;
}
