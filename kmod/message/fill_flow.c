// SPDX-License-Identifier: GPL-2.0
/*
 * Puts flows into netlink messages, for dumps, events and explain alike. Knows
 * the attributes, not when a message is sent.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/jiffies.h>
#include <linux/timekeeping.h>
#include <net/netlink.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "lib/addr.h"
#include "lib/track.h"
#include "message/fill_flow.h"
#include "object/member.h"
#include "steer/flow.h"
#include "way/nexthop.h"

/**
 * anycast6_fill_flow_key() - put a flow's addresses and domain in a message
 * @skb: the message
 * @key: the flow; its protocol and ports are left to the caller
 *
 * Context: any.
 * Return: 0, or %-EMSGSIZE: the message may then have a part of it.
 */
int anycast6_fill_flow_key(struct sk_buff *skb,
			   const struct anycast6_flow_key *key)
{
	int domain = anycast6_addr_is_linklocal(&key->destination) ?
		     ANYCAST6_A_FLOW_DEV : ANYCAST6_A_FLOW_VRF;

	if (nla_put_in6_addr(skb, ANYCAST6_A_FLOW_ADDRESS,
			     &key->destination) ||
	    (key->domain && nla_put_u32(skb, domain, key->domain)) ||
	    nla_put_in6_addr(skb, ANYCAST6_A_FLOW_SOURCE, &key->source))
		return -EMSGSIZE;
	return 0;
}

/**
 * anycast6_fill_flow_ports() - put a flow's protocol and ports in a message
 * @skb: the message
 * @key: the flow; what stands for all that a source sends has neither
 *
 * Context: any.
 * Return: 0, or %-EMSGSIZE: the message may then have a part of it.
 */
int anycast6_fill_flow_ports(struct sk_buff *skb,
			     const struct anycast6_flow_key *key)
{
	if (key->proto == ANYCAST6_TRACK_SOURCE)
		return 0;
	if (nla_put_u8(skb, ANYCAST6_A_FLOW_PROTO, key->proto) ||
	    nla_put_u16(skb, ANYCAST6_A_FLOW_SPORT, ntohs(key->sport)))
		return -EMSGSIZE;
	return key->proto == IPPROTO_ICMPV6 ? 0 :
	       nla_put_u16(skb, ANYCAST6_A_FLOW_DPORT, ntohs(key->dport));
}

static int fill_track(struct sk_buff *skb, const struct anycast6_track *track)
{
	BUILD_BUG_ON((int)ANYCAST6_TRUST_WITNESSED !=
		     (int)ANYCAST6_FLOW_TRUST_WITNESSED);
	BUILD_BUG_ON((int)ANYCAST6_TRUST_BLIND !=
		     (int)ANYCAST6_FLOW_TRUST_BLIND);
	BUILD_BUG_ON((int)ANYCAST6_TRUST_PICKED !=
		     (int)ANYCAST6_FLOW_TRUST_PICKED);

	if (nla_put_u32(skb, ANYCAST6_A_FLOW_TRUST, track->trust) ||
	    nla_put_u32(skb, ANYCAST6_A_FLOW_NEXT, track->next))
		return -EMSGSIZE;
	return track->tries ?
	       nla_put_u32(skb, ANYCAST6_A_FLOW_SYN, track->syn) : 0;
}

static int fill_proof(struct sk_buff *skb, const struct anycast6_flow *flow)
{
	if (anycast6_flow_state(flow) == ANYCAST6_FLOW_STATE_NEW)
		return 0;
	return nla_put_u32(skb, ANYCAST6_A_FLOW_PROOF,
			   anycast6_flow_is_proven(flow) ?
			   ANYCAST6_FLOW_PROOF_PROVEN :
			   ANYCAST6_FLOW_PROOF_UNPROVEN);
}

/* Messages may wait for who reads them, and what he writes for others. */
static int fill_time(struct sk_buff *skb)
{
	return nla_put_u64_64bit(skb, ANYCAST6_A_FLOW_TIME,
				 ktime_to_ms(ktime_get_real()),
				 ANYCAST6_A_FLOW_PAD);
}

/* What a request to add the flow names. */
static int fill_target(struct sk_buff *skb,
		       const struct anycast6_member *member)
{
	const struct anycast6_nexthop *nexthop = member->nexthop;

	if (nexthop && nla_put_in6_addr(skb, ANYCAST6_A_FLOW_VIA,
					&nexthop->slot.target.addr))
		return -EMSGSIZE;
	return member->link->own ? 0 :
	       nla_put_u32(skb, ANYCAST6_A_FLOW_VIA_DEV,
			   member->link->ifindex);
}

/**
 * anycast6_fill_flow() - put all that makes a flow in a message
 * @skb: the message
 * @flow: the flow
 * @member: its member, not dead
 *
 * Context: RCU.
 * Return: 0, or %-EMSGSIZE: the message may then have a part of it.
 */
int anycast6_fill_flow(struct sk_buff *skb, const struct anycast6_flow *flow,
		       const struct anycast6_member *member)
{
	u32 timeout = MSEC_PER_SEC * anycast6_flow_timeout(flow);
	struct anycast6_track track;

	anycast6_flow_read(flow, &track);
	if (anycast6_fill_flow_key(skb, &flow->key) ||
	    anycast6_fill_flow_ports(skb, &flow->key) ||
	    nla_put_u32(skb, ANYCAST6_A_FLOW_STATE, track.state) ||
	    nla_put_u32(skb, ANYCAST6_A_FLOW_IDLE,
			jiffies_to_msecs(anycast6_flow_idle(flow))) ||
	    nla_put_u32(skb, ANYCAST6_A_FLOW_TIMEOUT, timeout) ||
	    fill_time(skb) || fill_proof(skb, flow) ||
	    fill_target(skb, member))
		return -EMSGSIZE;
	return flow->key.proto == IPPROTO_TCP ? fill_track(skb, &track) : 0;
}
