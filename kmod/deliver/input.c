// SPDX-License-Identifier: GPL-2.0
/*
 * The hook for packets to this node: those to an anycast address are counted,
 * and get what they need to reach a socket. Knows the order in which the others
 * of deliver/ see a packet, not how an address comes to be held.
 */
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6.h>
#include <net/addrconf.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "deliver/advert.h"
#include "deliver/fast_path.h"
#include "deliver/host.h"
#include "deliver/input.h"
#include "deliver/question.h"
#include "kernel/link.h"
#include "kernel/own.h"
#include "lib/arrival.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "object/watch.h"
#include "probe/probe_reply.h"

static struct anycast6_group *
find_delivered_group(const struct anycast6_host *host,
		     const struct sk_buff *skb)
{
	const struct in6_addr *daddr = &ipv6_hdr(skb)->daddr;

	return anycast6_host_find(host, daddr, anycast6_skb_domain(skb, daddr));
}

/* Counts the packet for the member on its link, else for the first member that
 * is not down, else for the first.
 */
static void count_delivered(const struct anycast6_group *group,
			    const struct anycast6_arrival *arrival)
{
	struct anycast6_member *member, *taker = NULL;

	list_for_each_entry_rcu(member, &group->members, node) {
		if (member->link->ifindex == arrival->ifindex) {
			taker = member;
			break;
		}
		if (!taker || (READ_ONCE(taker->state) == ANYCAST6_STATE_DOWN &&
			       READ_ONCE(member->state) != ANYCAST6_STATE_DOWN))
			taker = member;
	}
	if (taker)
		anycast6_stats_add(taker->stats, arrival->skb->len);
}

static struct dst_entry *route_to_self(struct net *net,
				       const struct in6_addr *addr, u32 oif)
{
	struct flowi6 fl6 = {
		.daddr = *addr,
		.flowi6_oif = oif,
	};
	struct dst_entry *dst;

	dst = ip6_route_output_flags(net, NULL, &fl6, 0);
	if (!dst->error && dst_rt6_info(dst)->rt6i_flags & RTF_LOCAL)
		return dst;
	dst_release(dst);
	return NULL;
}

/* Returns a route to some unicast address of this node, with a reference, or
 * NULL. Outside VRFs the loopback address does, too, where there is no other,
 * or where the other has lost its route: a link that flaps quickly may cause
 * that.
 */
static struct dst_entry *local_dst(struct net *net, const struct sk_buff *skb)
{
	const struct in6_addr *daddr = &ipv6_hdr(skb)->daddr;
	u32 vrf = anycast6_dev_vrf(skb->dev), oif = vrf;
	struct net_device *dev = skb->dev;
	struct dst_entry *dst = NULL;
	struct in6_addr saddr;

	if (anycast6_addr_is_linklocal(daddr)) {
		dev = dev_get_by_index_rcu(net, IP6CB(skb)->iif);
		if (!dev)
			return NULL;
		oif = dev->ifindex;
	}
	if (!ipv6_dev_get_saddr(net, dev, daddr, 0, &saddr)) {
		if (anycast6_addr_is_linklocal(&saddr))
			oif = dev->ifindex;
		dst = route_to_self(net, &saddr, oif);
	}
	if (!dst && !vrf)
		dst = route_to_self(net, &in6addr_loopback, 0);
	return dst;
}

/* Returns the route back to the sender, with a reference, or NULL. */
static struct dst_entry *sender_dst(struct net *net, const struct sk_buff *skb)
{
	struct flowi6 fl6 = {
		.flowi6_oif = anycast6_dev_vrf(skb->dev),
		.daddr = ipv6_hdr(skb)->saddr,
	};
	struct dst_entry *dst;

	if (anycast6_addr_is_linklocal(&fl6.daddr))
		fl6.flowi6_oif = IP6CB(skb)->iif;
	dst = ip6_route_output_flags(net, NULL, &fl6, 0);
	if (dst->error) {
		dst_release(dst);
		return NULL;
	}
	return dst;
}

/* For a packet that came by a VRF or from this node itself, icmp6_iif() in
 * net/ipv6/icmp.c makes the answer leave by the device of the packet's route.
 * If that is the module's own, which leads nowhere, the answer would be lost.
 */
static bool answer_is_stuck(const struct sk_buff *skb)
{
	const struct inet6_dev *idev = ip6_dst_idev(skb_dst(skb));

	return idev && anycast6_own_is(idev->dev) &&
	       (netif_is_l3_master(skb->dev) ||
		skb->dev->flags & IFF_LOOPBACK);
}

/* TCP drops a packet whose route is of type anycast
 * (ipv6_unicast_destination()), so the packet gets the route of a unicast
 * address of this node. Sockets are looked up by the packet's own destination,
 * so nothing else changes.
 */
static void admit_packet(struct net *net,
			 const struct anycast6_arrival *arrival)
{
	struct sk_buff *skb = arrival->skb;
	struct dst_entry *dst = NULL;

	if (ipv6_unicast_destination(skb))
		return;

	switch (arrival->proto) {
	case IPPROTO_TCP:
		dst = local_dst(net, skb);
		break;
	case IPPROTO_ICMPV6:
		if (answer_is_stuck(skb))
			dst = sender_dst(net, skb);
		break;
	}
	if (!dst)
		return;
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
}

/* A solicitation is answered at once where members are contested. A question to a
 * group is answered from a unicast address, as the kernel does.
 */
static void take_multicast(struct anycast6_host *host, struct sk_buff *skb)
{
	struct anycast6_arrival arrival;

	anycast6_arrival_parse(skb, &arrival);
	if (READ_ONCE(host->an->contested))
		anycast6_advert_answer_now(host, &arrival);
	anycast6_question_remember(host, &arrival, NULL);
}

/* @held: the destination may be an anycast address. A probe is answered first:
 * it asks no socket, and is not counted. The packet's new route comes last.
 */
static noinline unsigned int take_packet(struct anycast6_host *host,
					 struct sk_buff *skb, struct net *net,
					 bool held)
{
	struct anycast6_group *group = NULL;
	struct anycast6_arrival arrival;

	if (ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr)) {
		take_multicast(host, skb);
		return NF_ACCEPT;
	}

	anycast6_arrival_parse(skb, &arrival);
	if (held)
		group = find_delivered_group(host, skb);
	if (group && anycast6_probe_reply(host->an, group, &arrival))
		return NF_DROP;
	anycast6_question_remember(host, &arrival, group);
	if (group) {
		anycast6_watch_delivered(host->an, group);
		anycast6_advert_answer(net, group, &arrival);
		count_delivered(group, &arrival);
		admit_packet(net, &arrival);
	}
	return NF_ACCEPT;
}

/* Each packet to this node pays for this function, so take_packet() must stay
 * out of line.
 */
static unsigned int local_in(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	struct anycast6_host *host = priv;

	if (unlikely(anycast6_host_may_hold(host, &ip6->daddr)))
		return take_packet(host, skb, state->net, true);
	/* connections have their addresses already */
	if (skb->sk || ip6->nexthdr == IPPROTO_TCP)
		return NF_ACCEPT;
	if (ip6->nexthdr == IPPROTO_UDP &&
	    anycast6_fast_path(host->peers, skb, &ip6->saddr, skb->dev, false))
		return NF_ACCEPT;
	return take_packet(host, skb, state->net, false);
}

/**
 * anycast6_input_hook() - describe the hook for packets to this node's sockets
 * @host: the namespace's
 * @ops: result
 *
 * Filters come first, so a packet that they drop is neither answered,
 * remembered nor counted.
 *
 * Context: process.
 */
void anycast6_input_hook(struct anycast6_host *host, struct nf_hook_ops *ops)
{
	*ops = (struct nf_hook_ops) {
		.hook = local_in,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_SELINUX_LAST + 1,
		.priv = host,
	};
}
