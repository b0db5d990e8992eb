// SPDX-License-Identifier: GPL-2.0
/*
 * Packets to addresses that have remote members: where they enter, and what
 * becomes of them. The destination stays what it is, only the route is chosen.
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
#include <net/ndisc.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

#include "kernel/ipsec.h"
#include "kernel/kernel_route.h"
#include "kernel/link.h"
#include "kernel/own.h"
#include "lib/answer.h"
#include "lib/bloom.h"
#include "lib/tally.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "probe/probe_reply.h"
#include "steer/choice.h"
#include "steer/flow.h"
#include "steer/router.h"
#include "steer/steer.h"

/* Fragments that are gathered here are nobody else's ("ac6"), and of one domain
 * not another's.
 */
#define DEFRAG_USER	0x61633600u

static bool passes_bloom(const struct anycast6_router *router,
			 const struct sk_buff *skb)
{
	return anycast6_bloom_passes(rcu_dereference(router->addresses.bloom),
				     &ipv6_hdr(skb)->daddr);
}

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

/* No remote member gets it: the routes decide, as long as they lead anywhere
 * else than back.
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
	/* of an error the kernel tells the sender itself */
	return dst->error ? NF_ACCEPT : refuse_packet(skb);
}

/* ---- the choice ---- */

static struct anycast6_group *
find_steered_group(struct anycast6_net *an, const struct anycast6_flow_key *key)
{
	const struct anycast6_key address = {
		.addr = key->destination,
		.domain = key->domain,
	};
	struct anycast6_group *group = anycast6_group_find(an, &address);

	/* pairs with steer_group() */
	return group && smp_load_acquire(&group->remotes) ? group : NULL;
}

static void pin_flow(struct anycast6_router *router, struct anycast6_flow *flow,
		     struct anycast6_group *group,
		     struct anycast6_member *member,
		     const struct anycast6_transit *transit)
{
	const struct anycast6_packet *packet = &transit->packet;

	if (packet->kind != ANYCAST6_PACKET_FLOW)
		return;
	if (flow && anycast6_flow_move(flow, member))
		return;
	if (!anycast6_flow_pin(&router->flows, packet, member))
		anycast6_tally_add(group->misses, ANYCAST6_MISS_UNPINNED);
}

static noinline struct anycast6_member *
choose_member(struct anycast6_router *router, struct anycast6_flow *flow,
	      struct anycast6_group *group, struct anycast6_transit *transit)
{
	struct anycast6_member *member;

	member = anycast6_choice_make(group, transit);
	if (member)
		pin_flow(router, flow, group, member, transit);
	else
		anycast6_tally_add(group->misses, ANYCAST6_MISS_NO_MEMBER);
	return member;
}

/* The member that the packet's flow has, if it takes the packet. */
static __always_inline struct anycast6_member *
find_pinned(struct anycast6_router *router, struct anycast6_flow *flow,
	    struct anycast6_transit *transit)
{
	struct anycast6_member *member;

	if (!flow)
		return NULL;
	if (transit->packet.kind == ANYCAST6_PACKET_FLOW &&
	    !anycast6_flow_advance(&router->flows, flow,
				   transit->packet.flags))
		return NULL;
	member = rcu_dereference(flow->member);
	return member && anycast6_choice_takes(member, transit) ? member : NULL;
}

static bool has_flow(const struct anycast6_packet *packet)
{
	return packet->kind == ANYCAST6_PACKET_FLOW ||
	       packet->kind == ANYCAST6_PACKET_ERROR;
}

/* ---- packets that come in ---- */

/* Returns a verdict, or NF_ACCEPT with the packet whole. */
static noinline unsigned int gather_fragments(struct net *net,
					      struct sk_buff *skb, u32 domain)
{
	int err = nf_ct_frag6_gather(net, skb, DEFRAG_USER + domain);

	if (err == -EINPROGRESS)
		return NF_STOLEN;
	return err ? NF_DROP : NF_ACCEPT;
}

static unsigned int parse_transit(struct anycast6_transit *transit)
{
	struct sk_buff *skb = transit->skb;
	u32 domain = anycast6_skb_domain(skb, &ipv6_hdr(skb)->daddr);
	unsigned int verdict;

	anycast6_packet_parse(skb, &transit->packet);
	transit->packet.key.domain = domain;
	if (likely(transit->packet.kind != ANYCAST6_PACKET_FRAGMENT) ||
	    !find_steered_group(anycast6_net(transit->net),
				&transit->packet.key))
		return NF_ACCEPT;

	verdict = gather_fragments(transit->net, skb, domain);
	if (verdict == NF_ACCEPT) {
		anycast6_packet_parse(skb, &transit->packet);
		transit->packet.key.domain = domain;
	}
	return verdict;
}

static unsigned int steer_transit(struct anycast6_router *router,
				  struct anycast6_transit *transit)
{
	struct anycast6_net *an = router->an;
	struct anycast6_member *member = NULL;
	struct anycast6_flow *flow = NULL;
	struct anycast6_group *group;
	unsigned int verdict;

	verdict = parse_transit(transit);
	if (verdict != NF_ACCEPT)
		return verdict;

	if (has_flow(&transit->packet)) {
		flow = anycast6_flow_find(&router->flows,
					  &transit->packet.key);
		member = find_pinned(router, flow, transit);
	}
	if (!member) {
		group = find_steered_group(an, &transit->packet.key);
		if (!group)
			return NF_ACCEPT;
		if (transit->packet.kind < ANYCAST6_PACKET_LINK)
			member = choose_member(router, flow, group, transit);
		if (!member)
			return leave_to_routes(transit, group);
	}
	if (!member->nexthop) {
		/* the input hook counts it */
		anycast6_kernel_route(transit->net, transit->skb);
		return NF_ACCEPT;
	}
	anycast6_stats_add(member->stats, transit->skb->len);
	return NF_ACCEPT;
}

static void begin_transit(struct anycast6_transit *transit, struct net *net,
			  struct sk_buff *skb, struct net_device *iif,
			  bool forwards)
{
	transit->net = net;
	transit->skb = skb;
	transit->iif = iif;
	transit->forwards = forwards;
	transit->looped = false;
	transit->way.dst = NULL;
	transit->way.counted = false;
}

static noinline unsigned int steer_input(struct anycast6_router *router,
					 struct sk_buff *skb, struct net *net)
{
	struct anycast6_transit transit;
	unsigned int verdict;

	/* this node sent it to itself; it comes again, as the VRF's; a socket
	 * has it, whatever its destination; or a bridge has it, and takes a
	 * route away
	 */
	if (skb_valid_dst(skb) || netif_is_l3_slave(skb->dev) || skb->sk ||
	    nf_bridge_in_prerouting(skb))
		return NF_ACCEPT;

	begin_transit(&transit, net, skb, skb->dev,
		      READ_ONCE(net->ipv6.devconf_all->forwarding));
	verdict = steer_transit(router, &transit);
	if (!transit.way.dst)
		return verdict;
	skb_dst_drop(skb);
	if (unlikely(transit.way.counted))
		skb_dst_set(skb, transit.way.dst);
	else
		skb_dst_set_noref(skb, transit.way.dst);
	return NF_ACCEPT;
}

/* Nothing here but what all other traffic pays for. */
static unsigned int pre_routing(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	if (likely(!passes_bloom(priv, skb)))
		return NF_ACCEPT;
	return steer_input(priv, skb, state->net);
}

/* ---- packets of this node ---- */

/* Who uses this router is not to learn that the address is on the link: it is
 * a member of the router's choice that is there.
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
	return find_steered_group(router->an, &key);
}

/* A socket that insists on a device has its way. To a link-local address every
 * one does, and the members are on that link.
 */
static bool is_bound(const struct sock *sk, u32 domain)
{
	u32 bound = sk ? READ_ONCE(sk->sk_bound_dev_if) : 0;

	return bound && bound != domain;
}

/* Nobody is told of errors that a packet from an anycast address made, but the
 * member that is to send smaller ones.
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
	       find_steered_group(router->an, &key);
}

static void steer_own(struct anycast6_router *router,
		      struct anycast6_transit *transit, u32 domain)
{
	struct anycast6_packet *packet = &transit->packet;
	struct anycast6_member *member = NULL;
	struct anycast6_flow *flow = NULL;
	struct anycast6_group *group;

	anycast6_packet_parse(transit->skb, packet);
	packet->key.domain = domain;
	if (packet->kind >= ANYCAST6_PACKET_LINK)
		return;
	if (has_flow(packet)) {
		flow = anycast6_flow_find(&router->flows, &packet->key);
		member = find_pinned(router, flow, transit);
	}
	if (!member) {
		group = find_steered_group(router->an, &packet->key);
		if (group)
			member = choose_member(router, flow, group, transit);
	}
	if (member && member->nexthop)
		anycast6_stats_add(member->stats, transit->skb->len);
}

/* IPsec is at work, or was on a packet that had its member before: what is left
 * of it to see is no flow.
 */
static bool is_ipsecs(const struct sk_buff *skb, const struct dst_entry *dst)
{
	return dst_xfrm(dst) || (anycast6_ipsec_is_outside(skb) &&
				 !anycast6_own_is(dst->dev));
}

static noinline unsigned int steer_output(struct anycast6_router *router,
					  struct sk_buff *skb,
					  const struct nf_hook_state *state)
{
	struct dst_entry *dst = skb_dst(skb);
	struct anycast6_transit transit;
	struct net_device *dev;
	u32 domain;
	int err;

	if (!dst || is_ipsecs(skb, dst))
		return NF_ACCEPT;
	/* it comes again, from the device behind the VRF's */
	dev = dst->dev;
	if (netif_is_l3_slave(dev) && netif_is_l3_master(state->out))
		return NF_ACCEPT;
	domain = anycast6_dev_domain(dev, &ipv6_hdr(skb)->daddr);
	if (is_banned(router, skb, domain))
		return NF_DROP;
	if (is_bound(state->sk, domain))
		return NF_ACCEPT;

	begin_transit(&transit, state->net, skb, NULL, true);
	steer_own(router, &transit, domain);
	/* it leaves this RCU section with the packet */
	if (!transit.way.dst ||
	    (!transit.way.counted && !dst_hold_safe(transit.way.dst)))
		return NF_ACCEPT;
	skb_dst_drop(skb);
	skb_dst_set(skb, transit.way.dst);
	err = anycast6_ipsec_lookup(state->net, state->sk, skb);
	return err ? NF_DROP_ERR(err) : NF_ACCEPT;
}

/**
 * anycast6_steer_stray() - a packet that got to the module's own device
 * @dev: the device
 * @skb: the packet, no longer the caller's if it is steered
 *
 * What does not come by the hooks, above all what a flow table of nftables
 * takes past them, has the route for this node's own packets.
 *
 * Context: softirq, transmitting.
 * Return: whether it was steered.
 */
bool anycast6_steer_stray(struct net_device *dev, struct sk_buff *skb)
{
	struct net *net = dev_net(dev);
	struct anycast6_transit transit;
	struct anycast6_router *router;
	bool steered = false;

	rcu_read_lock();
	router = rcu_dereference(anycast6_net(net)->router);
	if (router && passes_bloom(router, skb)) {
		begin_transit(&transit, net, skb, NULL, true);
		steer_own(router, &transit, anycast6_dev_vrf(dev));
		steered = transit.way.dst && (transit.way.counted ||
					      dst_hold_safe(transit.way.dst));
	}
	rcu_read_unlock();
	if (!steered)
		return false;

	/* it was a qdisc's */
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	skb_dst_drop(skb);
	skb_dst_set(skb, transit.way.dst);
	dst_output(net, skb->sk, skb);
	return true;
}

static unsigned int local_out(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	if (unlikely(passes_bloom(priv, skb)))
		return steer_output(priv, skb, state);
	if (ipv6_hdr(skb)->nexthdr == IPPROTO_ICMPV6 &&
	    is_redirect(priv, skb, state->out))
		return NF_DROP;
	return NF_ACCEPT;
}

/* After the filters and what they mangle: rules on marks hold. */
static const struct nf_hook_ops steer_hooks[] = {
	{
		.hook = pre_routing,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_SELINUX_LAST + 1,
	},
	{
		.hook = local_out,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP6_PRI_SELINUX_LAST + 1,
	},
};

/**
 * anycast6_steer_hook() - see packets to addresses that have remote members
 * @router: the namespace's
 *
 * Context: process, under an->lock.
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
 * anycast6_steer_unhook() - see them no longer
 * @router: the namespace's; the last packet is gone after a grace period
 *
 * Context: process, under an->lock.
 */
void anycast6_steer_unhook(struct anycast6_router *router)
{
	nf_unregister_net_hooks(router->an->net, router->hooks,
				ARRAY_SIZE(steer_hooks));
}
