// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that have passed the filters on their way: what was decided about their
 * flows is remembered now. Knows where packets are seen again, not what a flow
 * remembers of them.
 */
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rculist.h>
#include <net/dst.h>
#include <net/xfrm.h>

#include "kernel/link.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "object/pinning.h"
#include "steer/choice.h"
#include "steer/confirm.h"
#include "steer/flow.h"
#include "steer/pin.h"
#include "steer/router.h"
#include "way/nexthop.h"
#include "way/path.h"

/* Fills @transit. Returns the address that a packet is to if something may be
 * remembered of it, else NULL.
 */
static struct anycast6_group *
parse_again(struct anycast6_router *router, struct net *net,
	    struct sk_buff *skb, struct anycast6_transit *transit)
{
	struct anycast6_packet *packet = &transit->packet;
	struct anycast6_group *group;

	anycast6_transit_begin(transit, net, skb, skb->dev,
			       READ_ONCE(net->ipv6.devconf_all->forwarding));
	anycast6_packet_parse(skb, packet);
	/* one that was let pass alone; the first of its packet has the ports */
	if (packet->kind == ANYCAST6_PACKET_FRAGMENT)
		anycast6_packet_parse_piece(skb, packet);
	if (packet->kind != ANYCAST6_PACKET_FLOW &&
	    packet->kind != ANYCAST6_PACKET_OTHER)
		return NULL;
	packet->key.domain = anycast6_skb_domain(skb, &packet->key.destination);
	group = anycast6_pin_group(router->an, &packet->key);
	/* of what has no ports only the source can be remembered */
	if (packet->kind == ANYCAST6_PACKET_OTHER && group &&
	    !anycast6_pinning_by_source(&group->pinning))
		return NULL;
	return group;
}

static struct anycast6_member *find_by_route(const struct anycast6_group *group,
					     const struct dst_entry *dst)
{
	struct anycast6_member *member;

	list_for_each_entry_rcu(member, &group->members, node)
		if (member->nexthop &&
		    anycast6_path_has_marked(&member->nexthop->slot, dst))
			return member;
	return NULL;
}

static void confirm_forwarded(struct anycast6_router *router, struct net *net,
			      struct sk_buff *skb)
{
	struct anycast6_transit transit;
	struct anycast6_member *member;
	struct anycast6_group *group;

	group = parse_again(router, net, skb, &transit);
	member = group ? find_by_route(group, skb_dst(skb)) : NULL;
	if (member)
		anycast6_pin_confirm(router, &transit, member);
}

/**
 * anycast6_confirm_send() - send a packet whose flow is to remember it
 * @net: the namespace
 * @sk: NULL
 * @skb: the packet, with the marked route to a member; no longer the caller's
 *
 * The filters of FORWARD have seen the packet. Those of POSTROUTING come later, but
 * there source NAT changes what the flow is known by.
 *
 * Context: dst_output() of a packet that is forwarded, RCU.
 * Return: as dst_output().
 */
int anycast6_confirm_send(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct anycast6_router *router;

	rcu_read_lock();
	router = rcu_dereference(anycast6_net(net)->router);
	if (router && skb->dev)
		confirm_forwarded(router, net, skb);
	rcu_read_unlock();
	return anycast6_path_send(net, sk, skb);
}

/* Returns true if the packet is in the midst of a flow that this node has. */
static bool goes_on_here(struct anycast6_router *router,
			 const struct anycast6_packet *packet)
{
	struct anycast6_flow *flow;
	const struct anycast6_member *member;

	flow = anycast6_flow_find(&router->flows, &packet->key);
	if (!flow)
		return false;
	member = rcu_dereference(flow->member);
	if (!member || member->nexthop)
		return false;
	switch (anycast6_flow_step(flow, &packet->segment)) {
	case ANYCAST6_STEP_BEGINS:
		return false;
	case ANYCAST6_STEP_CHANGES:
		anycast6_flow_go_on(&router->flows, flow, &packet->segment);
		break;
	case ANYCAST6_STEP_GOES_ON:
		break;
	}
	return true;
}

static noinline void confirm_delivered(struct anycast6_router *router,
				       struct net *net, struct sk_buff *skb)
{
	struct anycast6_transit transit;
	struct anycast6_group *group;

	/* what this node sent itself was remembered when it left; what IPsec
	 * has unwrapped in place was another flow's when it came
	 */
	if (skb->dev->flags & IFF_LOOPBACK || skb_sec_path(skb))
		return;
	group = parse_again(router, net, skb, &transit);
	if (group && READ_ONCE(group->locals) &&
	    !goes_on_here(router, &transit.packet))
		anycast6_pin_confirm_local(router, group, &transit);
}

/**
 * anycast6_confirm_local_in() - the hook for packets that this node gets
 * @priv: the namespace's router
 * @skb: the packet
 * @state: its namespace
 *
 * Context: NF_INET_LOCAL_IN, after the filters; RCU.
 * Return: %NF_ACCEPT.
 */
unsigned int anycast6_confirm_local_in(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	if (unlikely(anycast6_router_passes(priv, skb)))
		confirm_delivered(priv, state->net, skb);
	return NF_ACCEPT;
}
