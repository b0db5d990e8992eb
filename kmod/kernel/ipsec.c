// SPDX-License-Identifier: GPL-2.0
/*
 * IPsec policies for packets that get another route on their way out.
 * Knows how policies are asked again, not who chose the route, or why.
 */
#include <linux/err.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/sock.h>
#include <net/xfrm.h>

#include <anycast6_compat.h>

#include "kernel/ipsec.h"

/**
 * anycast6_ipsec_is_outside() - whether a packet is what IPsec made of another
 * @skb: a packet that leaves this node
 *
 * Context: any.
 */
bool anycast6_ipsec_is_outside(const struct sk_buff *skb)
{
	return IP6CB(skb)->flags & IP6SKB_XFRM_TRANSFORMED;
}

/**
 * anycast6_ipsec_has_policies() - whether packets that are forwarded may get a
 * route through IPsec
 * @net: the namespace
 *
 * Context: any.
 */
bool anycast6_ipsec_has_policies(const struct net *net)
{
	return anycast6_compat_has_policies(net);
}

/**
 * anycast6_ipsec_lookup() - ask the policies about a packet that has a new
 * route
 * @net: the namespace
 * @sk: the socket that sends the packet, or NULL
 * @skb: the packet, with a reference to its route; that becomes a route through
 *       IPsec where a policy says so
 *
 * A policy may be for the device that the packet leaves by, so the answer for
 * the old route does not count. ip6_route_me_harder() in net/ipv6/netfilter.c
 * asks in the same way.
 *
 * Context: any, not sleeping.
 * Return: 0, or a negative errno if a policy forbids the packet.
 */
int anycast6_ipsec_lookup(struct net *net, struct sock *sk, struct sk_buff *skb)
{
#ifdef CONFIG_XFRM
	struct dst_entry *dst;
	struct flowi fl;

	if (!anycast6_compat_has_policies(net) ||
	    anycast6_ipsec_is_outside(skb) ||
	    anycast6_compat_decode_session(net, skb, &fl))
		return 0;

	/* xfrm_lookup() consumes a reference, so the packet keeps its own */
	dst = xfrm_lookup(net, dst_clone(skb_dst(skb)), &fl, sk_to_full_sk(sk),
			  0);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
#endif
	return 0;
}
