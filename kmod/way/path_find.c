// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the cached routes a packet takes, and the copies of them by which packets
 * are known again. Knows the packet, not which member it goes to.
 */
#include <linux/netdevice.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/netns/hash.h>

#include "kernel/kernel_route.h"
#include "lib/legs.h"
#include "lib/packet.h"
#include "way/leg.h"
#include "way/path.h"
#include "way/survey.h"

static u32 find_living(const struct anycast6_path *path)
{
	unsigned int i;
	u32 living = 0;

	for (i = 0; i < path->n; i++)
		if (anycast6_leg_lives(path->legs[i]))
			living |= BIT(i);
	return living;
}

/**
 * anycast6_path_find_leg() - find the way of a packet by one of several legs
 * @path: the path
 * @key: the packet's flow
 * @skb: the packet
 * @way: result
 *
 * All packets of a flow take the same leg while that lives, however they come here:
 * a packet that came from where its leg leads is refused (anycast6_way_is_back()),
 * and must not take another one. The gateway there would send it by its own route,
 * maybe back to here, where it came from another neighbour then.
 *
 * Context: RCU.
 * Return: false if all legs are known to be dead.
 */
bool anycast6_path_find_leg(const struct anycast6_path *path,
			    const struct anycast6_flow_key *key,
			    const struct sk_buff *skb,
			    struct anycast6_way *way)
{
	bool whole = ipv6_hdr(skb)->nexthdr != NEXTHDR_FRAGMENT;
	u32 seed = net_hash_mix(dev_net(path->dst->dev));
	u64 draw = anycast6_legs_draw(key, whole, seed);
	u8 leg = anycast6_legs_first(path->buckets, draw);

	if (unlikely(leg >= path->n || !anycast6_leg_lives(path->legs[leg])))
		leg = anycast6_legs_pick(path->buckets, draw,
					 find_living(path));
	return leg < path->n && anycast6_way_go(way, path->legs[leg]->dst, false);
}

/**
 * anycast6_path_turn() - the route of one leg after the other
 * @path: the path
 * @number: how many were before
 *
 * Context: RCU.
 * Return: the route of a leg that lives, or of any if none does; without a reference.
 */
struct dst_entry *anycast6_path_turn(const struct anycast6_path *path,
				     u32 number)
{
	unsigned int leg = anycast6_legs_turn(number, find_living(path),
					      path->n);

	return path->legs[leg]->dst;
}

/* Returns the leg whose route this is, or NULL. */
static struct anycast6_leg *find_by_dst(const struct anycast6_path *path,
					const struct dst_entry *dst)
{
	unsigned int i;

	for (i = 0; i < path->n; i++)
		if (path->legs[i]->dst == dst)
			return path->legs[i];
	return NULL;
}

/**
 * anycast6_path_mark() - get the route of a way once more, with another output
 * @net: the namespace
 * @slot: the target's
 * @way: the way of a packet to the target
 * @output: what the route calls to send a packet; in the end, that calls
 *          anycast6_path_send()
 *
 * So @output sees the packets that were given this route, after all that may drop
 * them while they are forwarded, and no others. VRFs do the same (vrf_rt6_create()
 * in drivers/net/vrf.c).
 *
 * Context: softirq or process; RCU, as long as the result is used.
 * Return: the route, without a reference, or NULL if the way is not the cached
 * path, or there is no memory.
 */
struct dst_entry *anycast6_path_mark(struct net *net,
				     const struct anycast6_slot *slot,
				     const struct anycast6_way *way,
				     anycast6_leg_output output)
{
	const struct anycast6_path *path = rcu_dereference(slot->path);
	struct anycast6_leg *leg;

	leg = path && !way->counted ? find_by_dst(path, way->dst) : NULL;
	return leg ? anycast6_leg_mark(net, leg, output) : NULL;
}

/**
 * anycast6_path_has_marked() - whether a route is what anycast6_path_mark() gave
 * @slot: the target's
 * @dst: the route
 *
 * Context: RCU.
 * Return: false also if the path has been looked up again since.
 */
bool anycast6_path_has_marked(const struct anycast6_slot *slot,
			      const struct dst_entry *dst)
{
	const struct anycast6_path *path = rcu_dereference(slot->path);
	unsigned int i;

	for (i = 0; path && i < path->n; i++)
		if (rcu_access_pointer(path->legs[i]->marked) == dst)
			return true;
	return false;
}

/**
 * anycast6_path_send() - send a packet that has a marked route
 * @net: the namespace
 * @sk: the socket that sends it, or NULL
 * @skb: the packet, no longer the caller's
 *
 * Context: RCU; any.
 * Return: as dst_output().
 */
int anycast6_path_send(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return anycast6_leg_plain_output(skb_dst(skb))(net, sk, skb);
}

/* What the kernel finds by way of a nexthop object names any route that shares the
 * object: see anycast6_route_origin().
 */
static bool is_leg_of(const struct dst_entry *leg, const struct dst_entry *dst)
{
	const struct rt6_info *mine = dst_rt6_info(leg);
	const struct rt6_info *rt = dst_rt6_info(dst);

	if (rt->sernum)
		return leg->dev == dst->dev &&
		       !((mine->rt6i_flags ^ rt->rt6i_flags) & RTF_GATEWAY) &&
		       (!(rt->rt6i_flags & RTF_GATEWAY) ||
			ipv6_addr_equal(&mine->rt6i_gateway,
					&rt->rt6i_gateway));
	return rcu_access_pointer(mine->from) == rcu_access_pointer(rt->from);
}

/* Returns whether a path was made of a route, or of those that are equal to it. */
static bool is_of_route(const struct anycast6_path *path,
			const struct dst_entry *dst)
{
	unsigned int i;

	for (i = 0; i < path->n; i++)
		if (is_leg_of(path->legs[i]->dst, dst))
			return true;
	return false;
}

/**
 * anycast6_path_find_by_rules() - find the way of a packet by the routing rules
 * @net: the namespace
 * @slot: the target's
 * @key: the packet's flow
 * @skb: the packet
 * @iif: the device it came by, NULL if this node sends it
 * @way: result
 *
 * Rules may select another route by a packet's mark, source, ports or interface, and
 * routes may be for some sources alone, so they are asked for each packet. Mostly
 * they lead to the routes that are cached, and the flow chooses among these. If not,
 * the kernel does among equal ones.
 *
 * Context: softirq or process, under RCU.
 * Return: false if there is no way, or if it is known to be dead.
 */
bool anycast6_path_find_by_rules(struct net *net,
				 struct anycast6_slot *slot,
				 const struct anycast6_flow_key *key,
				 struct sk_buff *skb,
				 struct net_device *iif,
				 struct anycast6_way *way)
{
	struct anycast6_path *path = anycast6_path_get(net, slot);
	struct dst_entry *dst;
	struct flowi6 fl6;

	/* all that the kernel would look up, but for the destination */
	anycast6_kernel_route_key(net, skb, &fl6);
	fl6.daddr = slot->target.addr;
	fl6.flowi6_iif = iif ? iif->ifindex :
			 slot->target.vrf ? : LOOPBACK_IFINDEX;

	/* only to compare: a shared route, without a reference */
	dst = ip6_route_input_lookup(net, skb->dev, &fl6, skb,
				     RT6_LOOKUP_F_HAS_SADDR |
				     RT6_LOOKUP_F_DST_NOREF);
	if (!anycast6_survey_leads_away(dst))
		return false;
	if (path && is_of_route(path, dst))
		return anycast6_path_go(path, key, skb, way);

	fl6.flowi6_flags = FLOWI_FLAG_KNOWN_NH;
	dst = ip6_route_input_lookup(net, skb->dev, &fl6, skb,
				     RT6_LOOKUP_F_HAS_SADDR);
	if (anycast6_survey_leads_away(dst) && anycast6_way_go(way, dst, true))
		return true;
	dst_release(dst);
	return false;
}
