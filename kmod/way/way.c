// SPDX-License-Identifier: GPL-2.0
/*
 * Ways: the route that one packet is to get. Knows the packet and the route, not what
 * else there is to choose from.
 */
#include <linux/netdevice.h>
#include <net/dst.h>
#include <net/ip6_route.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include <anycast6_compat.h>

#include "way/way.h"

/**
 * anycast6_way_drop() - drop a way that no packet takes
 * @way: the way, which may be empty
 *
 * Context: any.
 */
void anycast6_way_drop(struct anycast6_way *way)
{
	if (way->counted)
		dst_release(way->dst);
	way->dst = NULL;
	way->counted = false;
}

/**
 * anycast6_way_is_to_sender() - whether a route leads to the neighbour that a
 * packet came from, out of the device that it came by
 * @dst: the route
 * @skb: the packet, its link-layer header still there
 *
 * Context: RCU.
 * Return: true also on a link without link-layer addresses: all packets come
 * from the one neighbour there.
 */
bool anycast6_way_is_to_sender(const struct dst_entry *dst,
			       const struct sk_buff *skb)
{
	u8 source[MAX_ADDR_LEN], address[MAX_ADDR_LEN];
	struct net_device *dev = dst->dev;
	const struct neighbour *neighbour;
	const struct in6_addr *addr;
	int len = 0;

	if (skb_mac_header_was_set(skb))
		len = anycast6_compat_parse_header(skb, dev, source);
	if (!len)
		return true;

	addr = rt6_nexthop(dst_rt6_info(dst), &ipv6_hdr(skb)->daddr);
	neighbour = __ipv6_neigh_lookup_noref(dev, addr);
	if (!neighbour)
		return false;
	neigh_ha_snapshot(address, neighbour, dev);
	return !memcmp(address, source, len);
}
