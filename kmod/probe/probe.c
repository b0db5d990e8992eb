// SPDX-License-Identifier: GPL-2.0
/*
 * The probes of one remote member: how often it is asked, and what came of it.
 * Knows the member's next hop, not when its turn is.
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
#include "probe/probe_queue.h"
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
 * anycast6_probe_is_own() - whether a probe, or one that is quoted, is of this
 * member and made here
 * @probe: the probes of a member
 * @payload: what came
 * @key: of the namespace
 *
 * Context: RCU.
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
 * anycast6_probe_is_from() - whether an answer comes from the member itself, by
 * its unicast address, or by the anycast one
 * @probe: the probes of a member
 * @skb: what came
 *
 * Context: RCU.
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

/* ---- how one is sent ---- */

static void fill_payload(const struct anycast6_probe *probe, u32 number,
			 const siphash_key_t *key,
			 struct anycast6_probe_payload *payload)
{
	bool rival = anycast6_rival_is_watched(probe->member);
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

/* Connection tracking would take answers from another address than the one that
 * was asked for invalid, and a full table must not stop the probes.
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
 * anycast6_probe_send() - send one
 * @an: the namespace
 * @probe: the probes of a member
 * @number: which one it is
 * @key: of the namespace
 *
 * It takes the member's own way, whatever other routes say. The source is one
 * that the member answers from the address it is known by: a link-local member
 * is asked from a link-local address.
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
		/* what programs call identifier and sequence */
		.word = htonl(probe->id << 16 | (number & 0xffff)),
		.len = sizeof(*payload),
	};
	const struct anycast6_path *path;
	struct sk_buff *skb;
	void *body;

	path = anycast6_path_get(an->net, &nexthop->slot);
	if (!path || ipv6_dev_get_saddr(an->net, path->dst->dev,
					&nexthop->slot.target.addr, 0, &source))
		return;
	skb = anycast6_icmp_make(an->net, path->dst, &icmp, &body);
	if (!skb)
		return;
	/* a full queue is no reason to call somebody dead */
	skb->priority = TC_PRIO_CONTROL;
	/* so that who is asked sees that nobody has passed it on */
	if (READ_ONCE(nexthop->direct))
		ipv6_hdr(skb)->hop_limit = 255;
	payload = body;
	fill_payload(probe, number, key, payload);
	anycast6_icmp_finish(skb);
	local_bh_disable();
	dispatch_probe(an->net, skb);
	local_bh_enable();
}
