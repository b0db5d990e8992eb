// SPDX-License-Identifier: GPL-2.0
/*
 * Packets to this node on their way to its sockets.
 * Knows how they are let in, not where addresses come from.
 */
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6.h>
#include <net/addrconf.h>
#include <net/inet_sock.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

#include <uapi/linux/anycast6.h>

#include "group.h"
#include "input.h"
#include "link.h"
#include "member.h"
#include "net.h"

static struct anycast6_group *find(struct net *net, const struct sk_buff *skb)
{
	struct anycast6_key key = { .addr = ipv6_hdr(skb)->daddr };

	key.domain = anycast6_addr_is_linklocal(&key.addr) ?
		     inet6_iif(skb) : anycast6_dev_vrf(skb->dev);
	return anycast6_group_find(anycast6_net(net), &key);
}

/* Of several local members, the one on the packet's link has it, else the
 * first that is up.
 */
static void count(const struct anycast6_group *group, const struct sk_buff *skb)
{
	struct anycast6_member *member, *taker = NULL;
	u32 ifindex = inet6_iif(skb);

	list_for_each_entry_rcu(member, &group->members, node) {
		if (member->link->ifindex == ifindex) {
			taker = member;
			break;
		}
		if (!taker || (READ_ONCE(taker->state) != ANYCAST6_STATE_UP &&
			       READ_ONCE(member->state) == ANYCAST6_STATE_UP))
			taker = member;
	}
	if (taker)
		anycast6_stats_add(taker->stats, skb->len);
}

static bool is_tcp(const struct sk_buff *skb)
{
	unsigned int offset = 0;

	return ipv6_find_hdr(skb, &offset, -1, NULL, NULL) == IPPROTO_TCP;
}

/* Returns a route to some unicast address of this node, with a reference. */
static struct dst_entry *local_dst(struct net *net, const struct sk_buff *skb)
{
	const struct in6_addr *daddr = &ipv6_hdr(skb)->daddr;
	struct net_device *dev = skb->dev;
	struct flowi6 fl6 = {};
	struct dst_entry *dst;

	if (anycast6_addr_is_linklocal(daddr)) {
		dev = dev_get_by_index_rcu(net, inet6_iif(skb));
		if (!dev)
			return NULL;
		fl6.flowi6_oif = dev->ifindex;
	} else {
		fl6.flowi6_oif = l3mdev_master_ifindex_rcu(dev);
	}
	if (ipv6_dev_get_saddr(net, dev, daddr, 0, &fl6.daddr))
		return NULL;
	if (anycast6_addr_is_linklocal(&fl6.daddr))
		fl6.flowi6_oif = dev->ifindex;

	dst = ip6_route_output_flags(net, NULL, &fl6, 0);
	if (dst->error || !(dst_rt6_info(dst)->rt6i_flags & RTF_LOCAL)) {
		dst_release(dst);
		return NULL;
	}
	return dst;
}

/* TCP takes only what comes by a local route, and an anycast one is not: give
 * the packet the route of a unicast address. Sockets are looked up by the
 * packet's own destination, so nothing else changes.
 */
static void admit(struct net *net, struct sk_buff *skb)
{
	struct dst_entry *dst;

	if (!ipv6_anycast_destination(skb_dst(skb), &ipv6_hdr(skb)->daddr) ||
	    !is_tcp(skb))
		return;

	dst = local_dst(net, skb);
	if (!dst)
		return;
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
}

static unsigned int local_in(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	const struct anycast6_group *group;

	if (ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr))
		return NF_ACCEPT;

	group = find(state->net, skb);
	if (group) {
		count(group, skb);
		admit(state->net, skb);
	}
	return NF_ACCEPT;
}

/* After the filters: what they drop was not delivered. */
static const struct nf_hook_ops hook = {
	.hook = local_in,
	.pf = NFPROTO_IPV6,
	.hooknum = NF_INET_LOCAL_IN,
	.priority = NF_IP6_PRI_SELINUX_LAST + 1,
};

/**
 * anycast6_input_hook() - see packets to sockets of a namespace
 * @net: the namespace
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int anycast6_input_hook(struct net *net)
{
	return nf_register_net_hook(net, &hook);
}

/**
 * anycast6_input_unhook() - see them no longer
 * @net: the namespace
 *
 * Context: process.
 */
void anycast6_input_unhook(struct net *net)
{
	nf_unregister_net_hook(net, &hook);
}
