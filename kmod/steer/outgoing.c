// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of this node to addresses with remote members: they get the route to
 * the chosen member when they leave, and so does what the module's own device is
 * sent. Knows which packets are steered, not how a member is chosen.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <net/dst_metadata.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/ndisc.h>

#include "kernel/ipsec.h"
#include "kernel/kernel_route.h"
#include "kernel/link.h"
#include "kernel/own.h"
#include "lib/answer.h"
#include "lib/bloom.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "steer/choice.h"
#include "steer/flow.h"
#include "steer/outgoing.h"
#include "steer/pin.h"
#include "steer/router.h"

/* A Redirect to an address with remote members is dropped: it would tell a host
 * that the address is a neighbour, but only the chosen member is one.
 */
static bool is_redirect(const struct anycast6_router *router,
			const struct sk_buff *skb,
			const struct net_device *dev)
{
	unsigned int offset = skb_network_offset(skb) + sizeof(struct ipv6hdr);
	struct anycast6_flow_key key = {};
	const struct rd_msg *redirect;
	struct rd_msg buf;

	redirect = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!redirect || redirect->icmph.icmp6_type != NDISC_REDIRECT ||
	    !anycast6_bloom_passes(rcu_dereference(router->addresses.bloom),
				   &redirect->dest))
		return false;
	key.destination = redirect->dest;
	key.domain = anycast6_dev_domain(dev, &redirect->dest);
	return anycast6_pin_group(router->an, &key);
}

/* ICMPv6 errors to an anycast address are dropped, except Packet Too Big, which
 * the member needs.
 */
static bool is_banned(struct anycast6_router *router, const struct sk_buff *skb,
		      u32 domain)
{
	const struct anycast6_flow_key key = {
		.destination = ipv6_hdr(skb)->daddr,
		.domain = domain,
	};
	unsigned int offset = 0;
	const u8 *type;
	u8 buf;

	if (ipv6_find_hdr(skb, &offset, -1, NULL, NULL) != IPPROTO_ICMPV6)
		return false;
	type = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	return type && anycast6_answer_is_banned(*type) &&
	       anycast6_pin_group(router->an, &key);
}

/* Returns false if the packet is to be dropped, and nobody told. */
static bool steer_own(struct anycast6_router *router,
		      struct anycast6_transit *transit, u32 domain)
{
	struct anycast6_packet *packet = &transit->packet;
	struct anycast6_member *member = NULL;
	struct anycast6_flow *flow = NULL;
	struct anycast6_group *group;

	anycast6_packet_parse(transit->skb, packet);
	packet->key.domain = domain;
	/* relies on the order of enum anycast6_packet_kind */
	if (packet->kind >= ANYCAST6_PACKET_LINK)
		return true;
	if (anycast6_pin_has_flow(packet)) {
		flow = anycast6_flow_find(&router->flows, &packet->key);
		member = anycast6_pin_find(flow, transit);
	}
	if (!member) {
		group = anycast6_pin_group(router->an, &packet->key);
		if (group &&
		    !anycast6_pin_seek(router, flow, group, transit, &member))
			return false;
	}
	/* the filters have seen it */
	if (member && transit->pends)
		anycast6_pin_remember(router, transit, member);
	if (member && member->nexthop)
		anycast6_stats_add(member->stats, transit->skb->len);
	return true;
}

/* IPsec will transform the packet, or has: what is visible is not the flow,
 * whose member was chosen before. One whose route leads to the module's own
 * device has none yet.
 */
static bool is_ipsecs(const struct sk_buff *skb, const struct dst_entry *dst)
{
	return dst_xfrm(dst) || (anycast6_ipsec_is_outside(skb) &&
				 !anycast6_own_is(dst->dev));
}

/* The packet has another route than IPsec has seen. */
static unsigned int ask_ipsec(const struct nf_hook_state *state,
			      struct sk_buff *skb)
{
	int err = anycast6_ipsec_lookup(state->net, state->sk, skb);

	return err ? NF_DROP_ERR(err) : NF_ACCEPT;
}

static noinline unsigned int steer_output(struct anycast6_router *router,
					  struct sk_buff *skb,
					  const struct nf_hook_state *state)
{
	struct dst_entry *dst = skb_dst(skb);
	struct anycast6_transit transit;
	struct net_device *dev;
	u32 domain;

	if (!dst || is_ipsecs(skb, dst))
		return NF_ACCEPT;
	/* it comes again with the VRF's slave as state->out */
	dev = dst->dev;
	if (netif_is_l3_slave(dev) && netif_is_l3_master(state->out))
		return NF_ACCEPT;
	domain = anycast6_dev_domain(dev, &ipv6_hdr(skb)->daddr);
	if (is_banned(router, skb, domain))
		return NF_DROP;
	/* what a program sends by a device that it names is not steered */
	if (anycast6_kernel_route_is_named(state->net, state->sk, skb, domain))
		return skb_dst(skb) == dst ? NF_ACCEPT :
					     ask_ipsec(state, skb);

	anycast6_transit_begin(&transit, state->net, skb, NULL, true);
	if (!steer_own(router, &transit, domain)) {
		/* NF_DROP would be an error for the sender */
		kfree_skb(skb);
		return NF_STOLEN;
	}
	/* the packet outlives this RCU section, so it needs a reference */
	if (!transit.way.dst ||
	    (!transit.way.counted && !dst_hold_safe(transit.way.dst)))
		return NF_ACCEPT;
	skb_dst_drop(skb);
	skb_dst_set(skb, transit.way.dst);
	return ask_ipsec(state, skb);
}

/**
 * anycast6_outgoing_stray() - steer a packet that the module's own device got
 * @dev: the device
 * @skb: the packet, no longer the caller's if it is steered
 *
 * Some packets pass the hooks by, above all those in a flow table of nftables.
 * Their route is the one for this node's own packets, which leads to @dev.
 *
 * Context: ndo_start_xmit(), BH disabled.
 * Return: whether the packet was steered.
 */
bool anycast6_outgoing_stray(struct net_device *dev, struct sk_buff *skb)
{
	struct net *net = dev_net(dev);
	struct anycast6_transit transit;
	struct anycast6_router *router;
	bool steered = false, waits = false;

	rcu_read_lock();
	router = rcu_dereference(anycast6_net(net)->router);
	if (router && anycast6_router_passes(router, skb)) {
		anycast6_transit_begin(&transit, net, skb, NULL, true);
		waits = !steer_own(router, &transit, anycast6_dev_vrf(dev));
		steered = transit.way.dst && (transit.way.counted ||
					      dst_hold_safe(transit.way.dst));
	}
	rcu_read_unlock();
	if (waits) {
		kfree_skb(skb);
		return true;
	}
	if (!steered)
		return false;

	/* the control block was the qdisc's */
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	skb_dst_drop(skb);
	skb_dst_set(skb, transit.way.dst);
	dst_output(net, skb->sk, skb);
	return true;
}

/**
 * anycast6_outgoing_local_out() - the hook for packets of this node
 * @priv: the namespace's router
 * @skb: the packet
 * @state: its socket and device
 *
 * Context: NF_INET_LOCAL_OUT, RCU.
 * Return: a verdict of netfilter.
 */
unsigned int anycast6_outgoing_local_out(void *priv, struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	if (unlikely(anycast6_router_passes(priv, skb)))
		return steer_output(priv, skb, state);
	if (ipv6_hdr(skb)->nexthdr == IPPROTO_ICMPV6 &&
	    is_redirect(priv, skb, state->out))
		return NF_DROP;
	return NF_ACCEPT;
}
