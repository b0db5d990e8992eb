// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks for packets to addresses with remote members: they get the route to
 * the chosen member, their destination stays. Knows which packets are steered,
 * not how a member is chosen, or how flows are kept.
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
#include "kernel/socket.h"
#include "lib/answer.h"
#include "lib/bloom.h"
#include "lib/stay.h"
#include "lib/tally.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "probe/probe_reply.h"
#include "steer/choice.h"
#include "steer/flow.h"
#include "steer/router.h"
#include "steer/steer.h"

/* Fragments are gathered for this user, "ac6", plus their domain: apart from
 * those that others gather, and from those of another domain.
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

/* ---- the choice ---- */

static bool has_flow(const struct anycast6_packet *packet)
{
	return packet->kind == ANYCAST6_PACKET_FLOW ||
	       packet->kind == ANYCAST6_PACKET_ERROR;
}

static struct anycast6_group *
find_steered_group(struct anycast6_net *an, const struct anycast6_flow_key *key)
{
	const struct anycast6_key address = {
		.addr = key->destination,
		.domain = key->domain,
	};
	struct anycast6_group *group = anycast6_group_find(an, &address);

	/* pairs with steer_group() in reconcile/attach.c */
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

/* Returns whether a socket of this node has the connection that a packet is of. */
static bool has_connection(const struct anycast6_transit *transit)
{
	const struct anycast6_flow_key *key = &transit->packet.key;
	const struct anycast6_socket_query query = {
		.source = &key->source,
		.destination = &key->destination,
		.sport = key->sport,
		.dport = key->dport,
		.dif = inet6_iif(transit->skb),
		.sdif = inet6_sdif(transit->skb),
		.proto = IPPROTO_TCP,
	};

	return anycast6_socket_has_connection(transit->net, &query);
}

/* Returns the local member, if this node has the connection that the packet is in
 * the midst of: whatever is nearer, and whatever the flow table has forgotten, any
 * other node would reset it.
 */
static struct anycast6_member *
find_owner(const struct anycast6_group *group,
	   const struct anycast6_transit *transit)
{
	struct anycast6_member *member;

	if (likely(!READ_ONCE(group->locals)) || !transit->iif ||
	    transit->packet.key.proto != IPPROTO_TCP ||
	    !has_flow(&transit->packet) ||
	    transit->packet.segment.flags & ANYCAST6_TRACK_SYN ||
	    !has_connection(transit))
		return NULL;
	list_for_each_entry_rcu(member, &group->members, node)
		if (!member->nexthop)
			return member;
	return NULL;
}

static noinline struct anycast6_member *
choose_member(struct anycast6_router *router, struct anycast6_flow *flow,
	      struct anycast6_group *group, struct anycast6_transit *transit)
{
	struct anycast6_member *member = find_owner(group, transit);

	if (!member)
		member = anycast6_choice_make(group, transit);
	if (member)
		pin_flow(router, flow, group, member, transit);
	else
		anycast6_tally_add(group->misses, ANYCAST6_MISS_NO_MEMBER);
	return member;
}

/* Returns the member of the packet's flow if it takes the packet, else NULL.
 * Only packets of the flow itself change its state, not errors.
 */
static __always_inline struct anycast6_member *
find_pinned(struct anycast6_router *router, struct anycast6_flow *flow,
	    struct anycast6_transit *transit)
{
	struct anycast6_member *member;
	u8 refusal;

	if (!flow)
		return NULL;
	if (transit->packet.kind == ANYCAST6_PACKET_FLOW &&
	    !anycast6_flow_advance(&router->flows, flow,
				   &transit->packet.segment))
		return NULL;
	member = rcu_dereference(flow->member);
	if (unlikely(!member))
		return NULL;
	refusal = anycast6_choice_refusal(member, transit);
	if (likely(!refusal))
		return member;
	transit->refusal = refusal;
	return NULL;
}

static enum anycast6_stay
decide_stay(struct anycast6_net *an, const struct anycast6_flow *flow,
	    const struct anycast6_member *member,
	    const struct anycast6_transit *transit)
{
	const struct anycast6_stay_facts facts = {
		.age = anycast6_history_age(&member->history),
		.grace = READ_ONCE(an->flow_grace),
		.flow_state = anycast6_flow_state(flow),
		.proto = flow->key.proto,
		.remote = member->nexthop,
		.state = READ_ONCE(member->state),
		.reason = READ_ONCE(member->reason),
		.refusal = transit->refusal,
	};

	return anycast6_stay_decide(&facts);
}

/* Returns what becomes of a flow whose member find_pinned() has not given. */
static enum anycast6_stay stay_or_move(struct anycast6_net *an,
				       const struct anycast6_flow *flow,
				       struct anycast6_transit *transit)
{
	struct anycast6_member *member;
	enum anycast6_stay stay;

	if (!flow || !transit->refusal)
		return ANYCAST6_STAY_MOVES;
	member = rcu_dereference(flow->member);
	if (!member || READ_ONCE(member->dead))
		return ANYCAST6_STAY_MOVES;
	stay = decide_stay(an, flow, member, transit);
	if (stay == ANYCAST6_STAY_GOES_ON &&
	    anycast6_choice_reach(member, transit))
		return ANYCAST6_STAY_WAITS;
	return stay;
}

/* Finds a member for a packet that has none by its flow. Returns false if the
 * packet is to be dropped, so that its flow stays.
 */
static noinline bool seek_member(struct anycast6_router *router,
				 struct anycast6_flow *flow,
				 struct anycast6_group *group,
				 struct anycast6_transit *transit,
				 struct anycast6_member **member)
{
	switch (stay_or_move(router->an, flow, transit)) {
	case ANYCAST6_STAY_MOVES:
		*member = choose_member(router, flow, group, transit);
		return true;
	case ANYCAST6_STAY_DETOURS:
		*member = anycast6_choice_make(group, transit);
		if (!*member)
			anycast6_tally_add(group->misses,
					   ANYCAST6_MISS_NO_MEMBER);
		return true;
	case ANYCAST6_STAY_GOES_ON:
		*member = rcu_dereference(flow->member);
		return true;
	case ANYCAST6_STAY_WAITS:
		break;
	}
	anycast6_tally_add(group->misses, transit->looped ?
			   ANYCAST6_MISS_LOOP : ANYCAST6_MISS_WAITING);
	return false;
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
		/* relies on the order of enum anycast6_packet_kind */
		if (transit->packet.kind < ANYCAST6_PACKET_LINK &&
		    !seek_member(router, flow, group, transit, &member))
			return transit->looped ? refuse_packet(transit->skb) :
						 NF_DROP;
		if (!member)
			return leave_to_routes(transit, group);
	}
	if (!member->nexthop) {
		/* count_delivered() in deliver/input.c counts it */
		anycast6_kernel_route(transit->net, transit->skb);
		return NF_ACCEPT;
	}
	anycast6_stats_add(member->stats, transit->skb->len);
	return NF_ACCEPT;
}

/* An initializer would clear transit->packet, too, which parsing fills. */
static void begin_transit(struct anycast6_transit *transit, struct net *net,
			  struct sk_buff *skb, struct net_device *iif,
			  bool forwards)
{
	transit->net = net;
	transit->skb = skb;
	transit->iif = iif;
	transit->forwards = forwards;
	transit->looped = false;
	transit->refusal = 0;
	transit->way.dst = NULL;
	transit->way.counted = false;
}

static noinline unsigned int steer_input(struct anycast6_router *router,
					 struct sk_buff *skb, struct net *net)
{
	struct anycast6_transit transit;
	unsigned int verdict;

	/* Not for this hook: the packet has a route (this node sent it to
	 * itself); it comes again as the VRF's; a socket was assigned; or
	 * br_netfilter calls, which drops routes.
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

/* Each packet that comes in pays for this function, so steer_input() must stay
 * out of line.
 */
static unsigned int pre_routing(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	if (likely(!passes_bloom(priv, skb)))
		return NF_ACCEPT;
	return steer_input(priv, skb, state->net);
}

/* ---- packets of this node ---- */

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
	return find_steered_group(router->an, &key);
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
	       find_steered_group(router->an, &key);
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
	if (has_flow(packet)) {
		flow = anycast6_flow_find(&router->flows, &packet->key);
		member = find_pinned(router, flow, transit);
	}
	if (!member) {
		group = find_steered_group(router->an, &packet->key);
		if (group &&
		    !seek_member(router, flow, group, transit, &member))
			return false;
	}
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
	/* it comes again with the VRF's slave as state->out */
	dev = dst->dev;
	if (netif_is_l3_slave(dev) && netif_is_l3_master(state->out))
		return NF_ACCEPT;
	domain = anycast6_dev_domain(dev, &ipv6_hdr(skb)->daddr);
	if (is_banned(router, skb, domain))
		return NF_DROP;
	/* the route of a socket that is bound to a device is left alone */
	if (anycast6_socket_is_bound(state->sk, domain))
		return NF_ACCEPT;

	begin_transit(&transit, state->net, skb, NULL, true);
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
	err = anycast6_ipsec_lookup(state->net, state->sk, skb);
	return err ? NF_DROP_ERR(err) : NF_ACCEPT;
}

/**
 * anycast6_steer_stray() - steer a packet that the module's own device got
 * @dev: the device
 * @skb: the packet, no longer the caller's if it is steered
 *
 * Some packets pass the hooks by, above all those in a flow table of nftables.
 * Their route is the one for this node's own packets, which leads to @dev.
 *
 * Context: ndo_start_xmit(), BH disabled.
 * Return: whether the packet was steered.
 */
bool anycast6_steer_stray(struct net_device *dev, struct sk_buff *skb)
{
	struct net *net = dev_net(dev);
	struct anycast6_transit transit;
	struct anycast6_router *router;
	bool steered = false, waits = false;

	rcu_read_lock();
	router = rcu_dereference(anycast6_net(net)->router);
	if (router && passes_bloom(router, skb)) {
		begin_transit(&transit, net, skb, NULL, true);
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
		.hook = local_out,
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
