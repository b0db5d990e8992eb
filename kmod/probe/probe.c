// SPDX-License-Identifier: GPL-2.0
/*
 * The probes of one remote member: what is known from them, and how one is
 * sent. Knows the member's next hop, not when a probe is due.
 */
#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/pkt_sched.h>
#include <net/addrconf.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "kernel/icmp.h"
#include "kernel/ipsec.h"
#include "kernel/link.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "probe/probe.h"
#include "probe/rival.h"
#include "way/nexthop.h"
#include "way/path.h"

static void cookie_route(const struct anycast6_probe *probe,
			 struct anycast6_probe_route *route)
{
	const struct anycast6_target *key =
		&probe->member->nexthop->slot.target;

	route->target = probe->member->group->key.addr;
	route->ifindex = key->ifindex;
	route->vrf = key->vrf;
}

/**
 * anycast6_probe_is_own() - whether this node sent a probe to this member
 * @probe: the probes of the member
 * @payload: of the probe, as it came back, in an answer or quoted in an error
 * @key: of the namespace's cookies
 *
 * Context: RCU.
 * Return: whether the cookie is the one that this node made.
 */
bool anycast6_probe_is_own(const struct anycast6_probe *probe,
			   const struct anycast6_probe_payload *payload,
			   const siphash_key_t *key)
{
	struct anycast6_probe_route route;

	cookie_route(probe, &route);
	return anycast6_probe_cookie(payload, &route, key) ==
	       be64_to_cpu(payload->cookie);
}

/**
 * anycast6_probe_is_from() - whether an answer comes from the member itself
 * @probe: the probes of the member
 * @skb: the answer
 *
 * Context: RCU.
 * Return: whether its source is the member's unicast address or the anycast
 * one.
 */
bool anycast6_probe_is_from(const struct anycast6_probe *probe,
			    const struct sk_buff *skb)
{
	const struct anycast6_nexthop *nexthop = probe->member->nexthop;
	const struct in6_addr *source = &ipv6_hdr(skb)->saddr;

	if (anycast6_addr_is_linklocal(source) &&
	    IP6CB(skb)->iif != nexthop->slot.target.ifindex)
		return false;
	return ipv6_addr_equal(source, &nexthop->slot.target.addr) ||
	       ipv6_addr_equal(source, &probe->member->group->key.addr);
}

/* ---- sending ---- */

static void fill_payload(const struct anycast6_probe *probe, u32 number,
			 const siphash_key_t *key,
			 struct anycast6_probe_payload *payload)
{
	bool rival = anycast6_rival_is_contested(probe->member);
	struct anycast6_probe_route route;

	memset(payload, 0, sizeof(*payload));
	memcpy(payload->magic, ANYCAST6_PROBE_MAGIC, sizeof(payload->magic));
	payload->id = htonl(probe->id);
	payload->number = htonl(number);
	payload->member = probe->member->nexthop->slot.target.addr;
	payload->marks = htonl(rival ? ANYCAST6_PROBE_RIVAL : 0);
	cookie_route(probe, &route);
	payload->cookie = cpu_to_be64(anycast6_probe_cookie(payload, &route,
							    key));
}

/* A probe is untracked: connection tracking would call answers from another
 * address than the probe's destination invalid, and its full table would drop
 * probes.
 */
static void dispatch_probe(struct net *net, struct sk_buff *skb)
{
	skb_set_nfct(skb, IP_CT_UNTRACKED);
	if (anycast6_ipsec_lookup(net, NULL, skb)) {
		kfree_skb(skb);
		return;
	}
	NF_HOOK(NFPROTO_IPV6, NF_INET_LOCAL_OUT, net, NULL, skb, NULL,
		skb_dst(skb)->dev, dst_output);
}

/**
 * anycast6_probe_send() - send a probe
 * @an: the namespace
 * @probe: the probes of a member
 * @number: of this probe, counted from 1, host order
 * @key: of the namespace's cookies
 *
 * The probe takes the path to the member, whatever the routes to the anycast
 * address are. Of several legs the living ones have their turns: one that is dead
 * without a sign does not by itself make the member look dead. The probe's source is
 * the one for packets to the member's unicast address, link-local for a link-local
 * one: the member then answers from that address.
 *
 * If there is no route, source or memory, the probe counts as missed.
 *
 * Context: process, under RCU.
 */
void anycast6_probe_send(struct anycast6_net *an, struct anycast6_probe *probe,
			 u32 number, const siphash_key_t *key)
{
	struct anycast6_nexthop *nexthop = probe->member->nexthop;
	struct anycast6_probe_payload *payload;
	struct in6_addr source;
	const struct anycast6_icmp icmp = {
		.source = &source,
		.destination = &probe->member->group->key.addr,
		.type = ICMPV6_ECHO_REQUEST,
		/* identifier and sequence number of the echo request */
		.word = htonl(probe->id << 16 | (number & 0xffff)),
		.len = sizeof(*payload),
	};
	const struct anycast6_path *path;
	struct dst_entry *dst;
	struct sk_buff *skb;
	void *body;

	path = anycast6_path_get(an->net, &nexthop->slot);
	if (!path)
		return;
	dst = anycast6_path_turn(path, number);
	if (ipv6_dev_get_saddr(an->net, dst->dev, &nexthop->slot.target.addr,
			       0, &source))
		return;
	skb = anycast6_icmp_make(an->net, dst, &icmp, &body);
	if (!skb)
		return;
	/* a full queue must not make the member look dead */
	skb->priority = TC_PRIO_CONTROL;
	/* shows the member that no router forwarded it: see names_us() */
	if (READ_ONCE(nexthop->direct))
		ipv6_hdr(skb)->hop_limit = 255;
	payload = body;
	fill_payload(probe, number, key, payload);
	anycast6_icmp_finish(skb);
	local_bh_disable();
	dispatch_probe(an->net, skb);
	local_bh_enable();
}
