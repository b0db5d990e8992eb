// SPDX-License-Identifier: GPL-2.0
/*
 * Usual sources: which source address the kernel itself gives a packet. Knows
 * routes and addresses, not what the packet is.
 */
#include <linux/ipv6.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

#include "anycast6_compat.h"
#include "kernel/usual_source.h"

/**
 * anycast6_usual_source() - choose a source as the kernel does for any packet
 * @net: the namespace
 * @dst: the packet's route
 * @daddr: its destination, network order
 * @prefs: IPV6_PREFER_SRC_* of its socket
 * @source: result: the route's preferred source, else the one of RFC 6724
 *
 * Context: RCU.
 * Return: false if there is none.
 */
bool anycast6_usual_source(struct net *net, const struct dst_entry *dst,
			   const struct in6_addr *daddr, unsigned int prefs,
			   struct in6_addr *source)
{
	const struct fib6_info *from = NULL;

	if (!dst_xfrm(dst))
		from = rcu_dereference(dst_rt6_info(dst)->from);
	if (from && from->fib6_prefsrc.plen) {
		*source = from->fib6_prefsrc.addr;
		return true;
	}
	return !ipv6_dev_get_saddr(net, dst->dev, daddr, prefs, source);
}

/* A route to a VRF's device is not the one by which the source was chosen. */
static struct dst_entry *find_chooser(struct net *net, const struct sock *sk,
				      const struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb);
	struct flowi6 fl6 = {
		.flowi6_oif = dst->dev->ifindex,
		.flowi6_mark = skb->mark,
		.daddr = ipv6_hdr(skb)->daddr,
	};

	if (likely(!netif_is_l3_master(dst->dev)) ||
	    dst_rt6_info(dst)->rt6i_flags & RTF_LOCAL)
		return dst_clone(dst);
	return ip6_route_output_flags(net, sk, &fl6, 0);
}

/**
 * anycast6_usual_source_is() - whether a packet has the source that the kernel
 * chooses for it
 * @net: the namespace
 * @sk: the socket that sends it, a full one of IPv6
 * @skb: the packet, with its route
 *
 * Context: RCU.
 * Return: false if a program must have chosen the source. True also where the
 * kernel's choice is not known.
 */
bool anycast6_usual_source_is(struct net *net, const struct sock *sk,
			      const struct sk_buff *skb)
{
	struct dst_entry *dst = find_chooser(net, sk, skb);
	struct in6_addr usual;
	bool is;

	is = dst->error ||
	     (anycast6_usual_source(net, dst, &ipv6_hdr(skb)->daddr,
				    inet6_sk(sk)->srcprefs, &usual) &&
	      ipv6_addr_equal(&ipv6_hdr(skb)->saddr, &usual));
	dst_release(dst);
	return is;
}
