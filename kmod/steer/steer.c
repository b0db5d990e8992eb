// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks for packets that come in to addresses with remote members: they get
 * the route to the chosen member, their destination stays. Knows which packets
 * are steered, not how a member is chosen, or what a flow remembers.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv6.h>
#include <net/dst_metadata.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

#include "kernel/ipsec.h"
#include "kernel/kernel_route.h"
#include "kernel/link.h"
#include "kernel/own.h"
#include "lib/tally.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "probe/probe_reply.h"
#include "steer/bridge.h"
#include "steer/choice.h"
#include "steer/confirm.h"
#include "steer/flow.h"
#include "steer/outgoing.h"
#include "steer/pin.h"
#include "steer/router.h"
#include "steer/steer.h"
#include "way/nexthop.h"

/* Fragments are gathered for this user, "ac6", plus their domain: apart from
 * those that others gather, and from those of another domain.
 */
#define DEFRAG_USER	0x61633600u

/* ---- packets that no remote member gets ---- */

static unsigned int refuse_packet(struct sk_buff *skb)
{
	icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
	return NF_DROP;
}

static bool is_local(const struct dst_entry *dst)
{
	return dst_rt6_info(dst)->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST);
}

/* No remote member gets the packet: the kernel's route decides, unless it leads
 * back to where the packet came from, or to the module's own device, where
 * nobody is.
 */
static unsigned int leave_to_routes(struct anycast6_transit *transit,
				    struct anycast6_group *group)
{
	struct sk_buff *skb = transit->skb;
	struct dst_entry *dst = anycast6_kernel_route(transit->net, skb);

	if (is_local(dst) || skb->pkt_type != PACKET_HOST)
		return NF_ACCEPT;
	if (transit->packet.kind == ANYCAST6_PACKET_PROBE) {
		anycast6_probe_reply_absent(anycast6_net(transit->net), group,
					    skb);
		return NF_DROP;
	}
	if (!transit->forwards)
		anycast6_tally_add(group->misses, ANYCAST6_MISS_FORWARDING);
	else if (transit->looped || anycast6_way_is_back(dst, skb))
		anycast6_tally_add(group->misses, ANYCAST6_MISS_LOOP);
	else if (!anycast6_own_is(dst->dev))
		return NF_ACCEPT;
	/* the kernel itself tells the sender of an error route */
	return dst->error ? NF_ACCEPT : refuse_packet(skb);
}

/* The address may be about to go, or be gone, while this node still has the
 * connection.
 */
static unsigned int leave_to_local(struct anycast6_transit *transit,
				   struct anycast6_group *group)
{
	/* count_delivered() in deliver/input.c counts it */
	if (is_local(anycast6_kernel_route(transit->net, transit->skb)))
		return NF_ACCEPT;
	return leave_to_routes(transit, group);
}

/* ---- packets that come in ---- */

/* Returns NF_ACCEPT if @skb is the whole packet now, else the verdict on it. */
static noinline unsigned int gather_fragments(struct net *net,
					      struct sk_buff *skb, u32 domain)
{
	int err = nf_ct_frag6_gather(net, skb, DEFRAG_USER + domain);

	if (err == -EINPROGRESS)
		return NF_STOLEN;
	return err ? NF_DROP : NF_ACCEPT;
}

/* Whether a fragment needs no others: there is one member only, which gets them
 * all. The others may have come by another router.
 */
static bool passes_alone(const struct anycast6_group *group,
			 struct anycast6_transit *transit)
{
	return READ_ONCE(group->remotes) == 1 && !READ_ONCE(group->locals) &&
	       anycast6_packet_parse_piece(transit->skb, &transit->packet);
}

static unsigned int parse_transit(struct anycast6_transit *transit)
{
	struct sk_buff *skb = transit->skb;
	u32 domain = anycast6_skb_domain(skb, &ipv6_hdr(skb)->daddr);
	const struct anycast6_group *group;
	unsigned int verdict;

	anycast6_packet_parse(skb, &transit->packet);
	transit->packet.key.domain = domain;
	if (likely(transit->packet.kind != ANYCAST6_PACKET_FRAGMENT))
		return NF_ACCEPT;
	group = anycast6_pin_group(anycast6_net(transit->net),
				   &transit->packet.key);
	if (!group || passes_alone(group, transit))
		return NF_ACCEPT;

	verdict = gather_fragments(transit->net, skb, domain);
	if (verdict == NF_ACCEPT) {
		anycast6_packet_parse(skb, &transit->packet);
		transit->packet.key.domain = domain;
	}
	return verdict;
}

static unsigned int steer_transit(struct anycast6_router *router,
				  struct anycast6_transit *transit,
				  struct anycast6_member **chosen)
{
	struct anycast6_member *member = NULL;
	struct anycast6_flow *flow = NULL;
	struct anycast6_group *group;
	unsigned int verdict;

	verdict = parse_transit(transit);
	if (verdict != NF_ACCEPT)
		return verdict;

	if (anycast6_pin_has_flow(&transit->packet)) {
		flow = anycast6_flow_find(&router->flows,
					  &transit->packet.key);
		member = anycast6_pin_find(flow, transit);
	}
	if (!member) {
		group = anycast6_pin_group(router->an, &transit->packet.key);
		if (!group)
			return NF_ACCEPT;
		/* relies on the order of enum anycast6_packet_kind */
		if (transit->packet.kind < ANYCAST6_PACKET_LINK &&
		    !anycast6_pin_seek(router, flow, group, transit, &member))
			return transit->looped ? refuse_packet(transit->skb) :
						 NF_DROP;
		if (!member)
			return leave_to_routes(transit, group);
	}
	*chosen = member;
	if (!member->nexthop)
		return leave_to_local(transit, member->group);
	anycast6_stats_add(member->stats, transit->skb->len);
	return NF_ACCEPT;
}

/* Returns the route that a packet gets, without a reference unless its way has
 * one. What pends is remembered when the packet leaves by a marked route. Where
 * that can't be, it is remembered at once: IPsec may give the packet another
 * route, and routing rules may have chosen one that is not cached.
 */
static struct dst_entry *choose_route(struct anycast6_router *router,
				      struct anycast6_transit *transit,
				      struct anycast6_member *member)
{
	struct dst_entry *dst = NULL;

	if (likely(!transit->pends))
		return transit->way.dst;
	if (!anycast6_ipsec_has_policies(transit->net))
		dst = anycast6_path_mark(transit->net, &member->nexthop->slot,
					 &transit->way, anycast6_confirm_send);
	if (dst)
		return dst;
	anycast6_pin_remember(router, transit, member);
	return transit->way.dst;
}

/**
 * anycast6_steer_input() - steer a packet that comes in
 * @router: the namespace's
 * @skb: the packet, its link-layer header still there
 * @net: the namespace
 *
 * Context: NF_INET_PRE_ROUTING, RCU.
 * Return: a verdict of netfilter.
 */
noinline unsigned int anycast6_steer_input(struct anycast6_router *router,
					   struct sk_buff *skb,
					   struct net *net)
{
	struct anycast6_member *member = NULL;
	struct anycast6_transit transit;
	unsigned int verdict;
	struct dst_entry *dst;

	/* br_netfilter calls, which drops routes */
	if (nf_bridge_in_prerouting(skb)) {
		anycast6_bridge_note(router);
		return NF_ACCEPT;
	}
	/* Not for this hook: the packet has a route (this node sent it to
	 * itself); it comes again as the VRF's; or a socket was assigned.
	 */
	if (skb_valid_dst(skb) || netif_is_l3_slave(skb->dev) || skb->sk)
		return NF_ACCEPT;

	anycast6_transit_begin(&transit, net, skb, skb->dev,
			       READ_ONCE(net->ipv6.devconf_all->forwarding));
	verdict = steer_transit(router, &transit, &member);
	if (!transit.way.dst)
		return verdict;
	dst = choose_route(router, &transit, member);
	skb_dst_drop(skb);
	if (unlikely(transit.way.counted))
		skb_dst_set(skb, dst);
	else
		skb_dst_set_noref(skb, dst);
	return NF_ACCEPT;
}

/* Each packet that comes in pays for this function, so anycast6_steer_input()
 * must stay out of line.
 */
static unsigned int pre_routing(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	if (likely(!anycast6_router_passes(priv, skb)))
		return NF_ACCEPT;
	return anycast6_steer_input(priv, skb, state->net);
}

/* After all filters: what they drop is not steered, and routing rules see the
 * marks that they set.
 */
static const struct nf_hook_ops steer_hooks[] = {
	{
		.hook = pre_routing,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_SELINUX_LAST + 1,
	},
	{
		.hook = anycast6_confirm_local_in,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_SELINUX_LAST + 1,
	},
	{
		.hook = anycast6_outgoing_local_out,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP6_PRI_SELINUX_LAST + 1,
	},
};

/**
 * anycast6_steer_hook() - register the hooks that steer
 * @router: the namespace's
 *
 * Context: process, under @router->an->lock.
 * Return: 0 or a negative errno.
 */
int anycast6_steer_hook(struct anycast6_router *router)
{
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(steer_hooks) != ARRAY_SIZE(router->hooks));
	for (i = 0; i < ARRAY_SIZE(steer_hooks); i++) {
		router->hooks[i] = steer_hooks[i];
		router->hooks[i].priv = router;
	}
	return nf_register_net_hooks(router->an->net, router->hooks,
				     ARRAY_SIZE(steer_hooks));
}

/**
 * anycast6_steer_unhook() - unregister the hooks that steer
 * @router: the namespace's; packets use it until a grace period is over
 *
 * Context: process, under @router->an->lock.
 */
void anycast6_steer_unhook(struct anycast6_router *router)
{
	nf_unregister_net_hooks(router->an->net, router->hooks,
				ARRAY_SIZE(steer_hooks));
}
