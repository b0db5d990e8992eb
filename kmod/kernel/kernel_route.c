// SPDX-License-Identifier: GPL-2.0
/*
 * Routes for packets that no remote member gets: those that the kernel itself
 * would use. Knows nothing of members.
 */
#include <linux/ipv6.h>
#include <net/dst_metadata.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

#include "kernel/kernel_route.h"
#include "kernel/own.h"
#include "kernel/socket.h"

/**
 * anycast6_kernel_route_key() - what the kernel looks up for a packet
 * @net: the namespace
 * @skb: the packet
 * @fl6: result: all that rules may ask about it, but for the interface it came
 *       by: a packet of this node has no device yet
 *
 * As ip6_route_input() in net/ipv6/route.c makes it, and for a packet of this
 * node, with the user that it is of.
 *
 * Context: RCU.
 */
void anycast6_kernel_route_key(struct net *net, struct sk_buff *skb,
			       struct flowi6 *fl6)
{
	const struct ip_tunnel_info *tunnel = skb_tunnel_info(skb);
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	struct flow_keys keys;

	memset(fl6, 0, sizeof(*fl6));
	fl6->daddr = ip6->daddr;
	fl6->saddr = ip6->saddr;
	fl6->flowlabel = ip6_flowinfo(ip6);
	fl6->flowi6_mark = skb->mark;
	fl6->flowi6_proto = ip6->nexthdr;
	if (tunnel && !(tunnel->mode & IP_TUNNEL_INFO_TX))
		fl6->flowi6_tun_key.tun_id = tunnel->key.tun_id;
	if (skb->sk)
		fl6->flowi6_uid = sock_net_uid(net, skb_to_full_sk(skb));
	/* the ports, if there is a rule that asks for them */
	fib6_rules_early_flow_dissect(net, skb, fl6, &keys);
}

/* The table for local addresses may have a route to the address by the module's
 * own device, which is there for this node's own packets only (wants_own_route()
 * in reconcile/own_route.c). Packets that come in get what the other table says.
 */
static struct dst_entry *look_past_own(struct net *net, struct flowi6 *fl6,
				       const struct sk_buff *skb, int flags)
{
	u32 id = l3mdev_fib_table_rcu(skb->dev) ? : RT_TABLE_MAIN;
	struct fib6_table *table = fib6_get_table(net, id);
	struct rt6_info *rt = net->ipv6.ip6_null_entry;

	if (table)
		rt = ip6_pol_route(net, table, fl6->flowi6_iif, fl6, skb,
				   flags);
	return &rt->dst;
}

/**
 * anycast6_kernel_route() - give a packet the route that the kernel would
 * @net: the namespace
 * @skb: the packet, coming in; gets the route without a reference
 *
 * The kernel would look the route up next. But where packets come in lists, it
 * gives a packet without a route that of the packet before
 * (ip6_list_rcv_finish()), which may have been steered.
 *
 * Context: RCU, for as long as the packet has no reference.
 * Return: the route, never NULL. It may be an error route, or lead to the
 * module's own device, if this node announces the address: there it would only
 * be refused.
 */
struct dst_entry *anycast6_kernel_route(struct net *net, struct sk_buff *skb)
{
	const int flags = RT6_LOOKUP_F_HAS_SADDR | RT6_LOOKUP_F_DST_NOREF;
	struct dst_entry *dst;
	struct flowi6 fl6;

	anycast6_kernel_route_key(net, skb, &fl6);
	fl6.flowi6_iif = skb->dev->ifindex;
	dst = ip6_route_input_lookup(net, skb->dev, &fl6, skb, flags);
	if (anycast6_own_is(dst->dev) &&
	    !(dst_rt6_info(dst)->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST)))
		dst = look_past_own(net, &fl6, skb, flags);
	skb_dst_drop(skb);
	skb_dst_set_noref(skb, dst);
	return dst;
}

/* The route that a packet of this node has if nobody names a device, or only
 * @device. Returns it with a reference.
 */
static struct dst_entry *look_up_output(struct net *net, struct sk_buff *skb,
					u32 device, int flags)
{
	struct flowi6 fl6;

	anycast6_kernel_route_key(net, skb, &fl6);
	fl6.flowi6_oif = device;
	return ip6_route_output_flags(net, NULL, &fl6, flags);
}

static bool stays_here(const struct dst_entry *dst)
{
	return anycast6_own_is(dst->dev) ||
	       dst_rt6_info(dst)->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST);
}

/* With a source the kernel takes a device for a wish, and the route to the
 * module's own device, which comes first, for good enough.
 */
static bool find_by_device(struct net *net, struct sk_buff *skb, u32 device)
{
	struct dst_entry *dst;

	dst = look_up_output(net, skb, device, RT6_LOOKUP_F_IFACE);
	if (dst->error || stays_here(dst)) {
		dst_release(dst);
		return false;
	}
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
	return true;
}

/* A route to a steered address leads to the module's own device, or ends here.
 * Who has another one has named a device, though the socket shows none.
 */
static bool differs_from_routes(struct net *net, struct sk_buff *skb,
				u32 domain)
{
	struct dst_entry *dst = look_up_output(net, skb, domain, 0);
	bool differs = !dst->error && stays_here(dst);

	dst_release(dst);
	return differs;
}

/**
 * anycast6_kernel_route_is_named() - whether a packet of this node keeps its
 * device, because the program that sends it has named one
 * @net: the namespace
 * @sk: the socket that sends it, or NULL
 * @skb: the packet, with a route; gets the one by its device if it has not yet
 * @domain: of its destination, as of struct anycast6_key
 *
 * What can't be seen: that a single message names a device and a source, that it
 * names one while no route to the address leads to the module's own device, and
 * what a tunnel's packets are told.
 *
 * Context: RCU.
 */
bool anycast6_kernel_route_is_named(struct net *net, const struct sock *sk,
				    struct sk_buff *skb, u32 domain)
{
	const struct dst_entry *dst = skb_dst(skb);
	u32 device;

	if (anycast6_socket_is_bound(sk, domain))
		return true;
	if (!anycast6_socket_names_devices(sk) || dst->dev->ifindex == domain)
		return false;
	device = anycast6_socket_device(sk);
	if (anycast6_own_is(dst->dev))
		return device && device != domain &&
		       find_by_device(net, skb, device);
	if (stays_here(dst))
		return false;
	return device == dst->dev->ifindex ||
	       differs_from_routes(net, skb, domain);
}
