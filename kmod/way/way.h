/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ways: the route that one packet is to get. Knows the packet and the route, not what
 * else there is to choose from.
 */
#ifndef ANYCAST6_WAY_H
#define ANYCAST6_WAY_H

#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <net/dst.h>

struct sk_buff;

/**
 * struct anycast6_way - the route that one packet gets
 * @dst: the route; without a reference it is valid under RCU only
 * @counted: @dst has a reference, for anycast6_way_drop() or the packet
 */
struct anycast6_way {
	struct dst_entry *dst;
	bool counted;
};

void anycast6_way_drop(struct anycast6_way *way);
bool anycast6_way_is_to_sender(const struct dst_entry *dst,
			       const struct sk_buff *skb);

/**
 * anycast6_way_go() - take a route as a packet's way if its device is up
 * @way: result
 * @dst: the route
 * @counted: @dst has a reference, which becomes the way's if the result is true
 *
 * Link events may come late, so each packet asks for the carrier.
 *
 * Context: RCU.
 * Return: false if the device is down or has no carrier.
 */
static inline bool anycast6_way_go(struct anycast6_way *way,
				   struct dst_entry *dst, bool counted)
{
	if (unlikely(!netif_running(dst->dev) || !netif_carrier_ok(dst->dev)))
		return false;
	way->dst = dst;
	way->counted = counted;
	return true;
}

/**
 * anycast6_way_is_back() - whether a route leads to where a packet came from
 * @dst: the route
 * @skb: the packet, its link-layer header still there
 *
 * Context: RCU.
 */
static inline bool anycast6_way_is_back(const struct dst_entry *dst,
					const struct sk_buff *skb)
{
	return unlikely(dst->dev->ifindex == IP6CB(skb)->iif) &&
	       !(dst->dev->flags & IFF_LOOPBACK) &&
	       anycast6_way_is_to_sender(dst, skb);
}

#endif
