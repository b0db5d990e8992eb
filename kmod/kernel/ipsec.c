// SPDX-License-Identifier: GPL-2.0
/*
 * IPsec and packets that get another route on their way out.
 * Knows policies are to be asked again, not who chose the route.
 */
#include <linux/err.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/sock.h>
#include <net/xfrm.h>

#include <anycast6_compat.h>

#include "kernel/ipsec.h"

/**
 * anycast6_ipsec_is_outside() - whether a packet is what IPsec made of one
 * @skb: the packet, leaving
 *
 * Context: any.
 */
bool anycast6_ipsec_is_outside(const struct sk_buff *skb)
{
	return IP6CB(skb)->flags & IP6SKB_XFRM_TRANSFORMED;
}

/**
 * anycast6_ipsec_lookup() - ask the policies about a packet's new route
 * @net: the namespace
 * @sk: who sends it, or NULL
 * @skb: the packet, with a reference to its route; gets one that protects it
 *
 * A policy may be for the device that the packet leaves by, so what was said of
 * another route does not count. As ip6_route_me_harder() does.
 *
 * Context: any, not sleeping.
 * Return: 0, or the negative errno of a policy that forbids.
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

	/* consumes a reference */
	dst = xfrm_lookup(net, dst_clone(skb_dst(skb)), &fl, sk_to_full_sk(sk),
			  0);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
#endif
	return 0;
}
