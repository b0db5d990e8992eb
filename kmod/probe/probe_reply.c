// SPDX-License-Identifier: GPL-2.0
/*
 * What this node answers to probes of others: how its own members are.
 * Knows nothing of remote members, nor of its own probes.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter_ipv6.h>
#include <linux/pkt_sched.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/xfrm.h>

#include <uapi/linux/anycast6.h>

#include "kernel/icmp.h"
#include "kernel/ipsec.h"
#include "kernel/link.h"
#include "kernel/local.h"
#include "lib/arrival.h"
#include "lib/probe_packet.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "object/watch.h"
#include "probe/probe_queue.h"
#include "probe/probe_reply.h"
#include "probe/rival.h"

/* Errors a second, and at once (RFC 4443 section 2.4 (f)): the kernel's own limit
 * is for those that are mistakes. Echo replies have none, as the kernel's: they
 * are no larger than what they answer, and who asks too much must not make this
 * node look dead to others.
 */
#define RATE		4000
#define BURST		256

/**
 * struct received_probe - a probe that came
 * @an: the namespace
 * @group: the address that it came to
 * @arrival: the packet
 * @payload: what it says
 * @named: who asks knows this node by the address that it says
 * @marks: what the answer says, enum anycast6_probe_mark
 */
struct received_probe {
	struct anycast6_net *an;
	const struct anycast6_group *group;
	const struct anycast6_arrival *arrival;
	struct anycast6_probe_payload payload;
	bool named;
	u32 marks;
};

/**
 * anycast6_probe_reply_init() - nothing was answered yet
 * @budgets: of a namespace
 *
 * Context: process.
 */
void anycast6_probe_reply_init(struct anycast6_reply_budgets *budgets)
{
	spin_lock_init(&budgets->lock);
	anycast6_budget_init(&budgets->errors, RATE, BURST, ktime_get_ns());
	anycast6_budget_init(&budgets->urgent, RATE, BURST, ktime_get_ns());
}

static bool may_spend(struct anycast6_reply_budgets *budgets,
		      struct anycast6_budget *budget)
{
	bool may;

	/* what nfnetlink_queue hands back comes from a process */
	spin_lock_bh(&budgets->lock);
	may = !anycast6_budget_spend(budget, ktime_get_ns());
	spin_unlock_bh(&budgets->lock);
	return may;
}

/* ---- who asks ---- */

static struct anycast6_key key_of(const struct received_probe *probe,
				  const struct in6_addr *addr)
{
	return (struct anycast6_key) {
		.addr = *addr,
		.domain = anycast6_skb_domain(probe->arrival->skb, addr),
	};
}

static bool is_unicast_here(const struct received_probe *probe,
			    const struct in6_addr *addr)
{
	const struct anycast6_key key = key_of(probe, addr);

	return anycast6_local_is_unicast(probe->an, &key);
}

static bool is_named(const struct received_probe *probe)
{
	const struct in6_addr *source = &ipv6_hdr(probe->arrival->skb)->saddr;
	const struct in6_addr *name = &probe->payload.member;

	return anycast6_addr_is_unicast(name) &&
	       (!anycast6_addr_is_linklocal(name) ||
		anycast6_addr_is_linklocal(source)) &&
	       is_unicast_here(probe, name);
}

/* RFC 4443 section 2.4 (e) */
static bool is_answerable(const struct received_probe *probe)
{
	const struct in6_addr *source = &ipv6_hdr(probe->arrival->skb)->saddr;
	const struct anycast6_key key = key_of(probe, source);

	return probe->arrival->skb->pkt_type == PACKET_HOST &&
	       anycast6_addr_is_unicast(source) &&
	       !anycast6_group_find(probe->an, &key);
}

static bool read_probe(struct received_probe *probe)
{
	const struct anycast6_arrival *arrival = probe->arrival;

	return anycast6_arrival_is(arrival, ICMPV6_ECHO_REQUEST) &&
	       anycast6_probe_packet_parse(arrival->skb, arrival->offset,
					   &probe->payload) ==
	       ANYCAST6_PROBE_REQUEST &&
	       xfrm6_policy_check(NULL, XFRM_POLICY_IN, arrival->skb) &&
	       !nf_ip6_checksum(arrival->skb, NF_INET_LOCAL_IN,
				arrival->offset, IPPROTO_ICMPV6);
}

/* ---- the answer ---- */

/* Who asks knows the member by one of its addresses, and expects that. If it is
 * none of this node's the probe went astray: its sender sees that by the source.
 * Routes may depend on the source (RFC 8028), so it is known first, or both are
 * found together. Returns NULL if there is none.
 */
static struct dst_entry *find_route(const struct received_probe *probe,
				    struct in6_addr *source, u32 *mark)
{
	const struct sk_buff *skb = probe->arrival->skb;
	struct net *net = probe->an->net;
	struct flowi6 fl6 = {
		.daddr = ipv6_hdr(skb)->saddr,
		.flowi6_oif = anycast6_skb_domain(skb, &ipv6_hdr(skb)->saddr),
		.flowi6_proto = IPPROTO_ICMPV6,
		.flowi6_mark = IP6_REPLY_MARK(net, skb->mark),
	};
	struct dst_entry *dst;

	if (probe->named)
		fl6.saddr = probe->payload.member;
	if (ip6_dst_lookup(net, NULL, &dst, &fl6))
		return NULL;
	*source = fl6.saddr;
	*mark = fl6.flowi6_mark;
	return dst;
}

/* An echo reply has what follows the header of the request, an error all of the
 * packet that fits (RFC 4443 sections 4.2 and 2.4 (c)).
 */
static unsigned int body_of(const struct received_probe *probe, bool reply,
			    unsigned int *offset)
{
	const unsigned int most = IPV6_MIN_MTU - sizeof(struct ipv6hdr) -
				  sizeof(struct icmp6hdr);

	*offset = reply ? probe->arrival->offset + sizeof(struct icmp6hdr) :
			  skb_network_offset(probe->arrival->skb);
	return min(probe->arrival->skb->len - *offset, most);
}

/* A filter is to see what it is related to. */
static void attach_tracking(struct sk_buff *skb, const struct sk_buff *to)
{
	unsigned long tracking = skb_get_nfct(to);

	if (tracking && tracking != IP_CT_UNTRACKED)
		nf_ct_attach(skb, to);
	else
		skb_set_nfct(skb, IP_CT_UNTRACKED);
}

/* Nobody is to be called dead because a queue is full, but who asks too much, or
 * more than a probe, must not be in the way of others.
 */
static bool is_urgent(const struct received_probe *probe)
{
	struct anycast6_reply_budgets *budgets = &probe->an->reply_budgets;

	return probe->arrival->skb->len - probe->arrival->offset ==
	       sizeof(struct icmp6hdr) + sizeof(probe->payload) &&
	       may_spend(budgets, &budgets->urgent);
}

/* @code: of Destination Unreachable, -1 for an echo reply */
static struct sk_buff *make_reply(const struct received_probe *probe,
				  struct dst_entry *dst,
				  const struct in6_addr *source, int code)
{
	const struct sk_buff *skb = probe->arrival->skb;
	bool reply = code < 0;
	struct anycast6_icmp icmp = {
		.source = source,
		.destination = &ipv6_hdr(skb)->saddr,
		.type = reply ? ICMPV6_ECHO_REPLY : ICMPV6_DEST_UNREACH,
		.code = reply ? 0 : code,
	};
	struct anycast6_probe_payload *payload;
	unsigned int offset;
	struct sk_buff *nskb;
	void *body;

	icmp.len = body_of(probe, reply, &offset);
	if (reply && skb_copy_bits(skb, offset - sizeof(icmp.word), &icmp.word,
				   sizeof(icmp.word)))
		return NULL;
	nskb = anycast6_icmp_make(probe->an->net, dst, &icmp, &body);
	if (!nskb)
		return NULL;
	if (skb_copy_bits(skb, offset, body, icmp.len)) {
		kfree_skb(nskb);
		return NULL;
	}
	payload = body;
	if (reply)
		payload->marks = htonl(probe->marks);
	anycast6_icmp_finish(nskb);
	return nskb;
}

static void send_reply(const struct received_probe *probe,
		       struct dst_entry *dst, const struct in6_addr *source,
		       u32 mark, int code)
{
	struct net *net = probe->an->net;
	struct sk_buff *skb;

	skb = make_reply(probe, dst, source, code);
	if (!skb)
		return;
	skb->mark = mark;
	if (is_urgent(probe))
		skb->priority = TC_PRIO_CONTROL;
	if (anycast6_ipsec_lookup(net, NULL, skb)) {
		kfree_skb(skb);
		return;
	}
	attach_tracking(skb, probe->arrival->skb);
	ip6_local_out(net, NULL, skb);
}

static void answer_probe(const struct received_probe *probe, int code)
{
	struct anycast6_reply_budgets *budgets = &probe->an->reply_budgets;
	struct in6_addr source;
	struct dst_entry *dst;
	u32 mark;

	if (!is_answerable(probe) ||
	    (code >= 0 && !may_spend(budgets, &budgets->errors)))
		return;
	dst = find_route(probe, &source, &mark);
	if (!dst)
		return;
	send_reply(probe, dst, &source, mark, code);
	dst_release(dst);
}

/* One whose server has died this moment does not wait until its state says so. */
static u8 serving_state(struct anycast6_net *an, struct anycast6_member *member)
{
	u8 state = READ_ONCE(member->state);

	return state == ANYCAST6_STATE_DOWN ||
	       anycast6_watch_serves(an, member) ? state :
						   ANYCAST6_STATE_DOWN;
}

/* Who gives way to this node is on the link itself, so nobody has passed on what
 * it asks.
 */
static bool names_us(const struct received_probe *probe)
{
	return probe->named &&
	       ipv6_hdr(probe->arrival->skb)->hop_limit == 255 &&
	       probe->payload.marks & htonl(ANYCAST6_PROBE_RIVAL);
}

/* What is known there of a member on the link that a probe came by. */
static u32 marks_of(const struct anycast6_member *member)
{
	u32 marks = 0;

	if (READ_ONCE(member->held.ifindex) || READ_ONCE(member->role))
		marks |= ANYCAST6_PROBE_ONLINK;
	if (READ_ONCE(member->found))
		marks |= ANYCAST6_PROBE_FOUND;
	return marks;
}

/* How the members of this node are: the one on the link that the probe came by,
 * whom others there may wait for, or the best of all.
 */
static u8 find_state(struct received_probe *probe)
{
	u32 ifindex = probe->arrival->ifindex;
	struct anycast6_member *member;
	u8 best = ANYCAST6_STATE_DOWN;

	list_for_each_entry_rcu(member, &probe->group->members, node) {
		u8 state;

		if (member->nexthop)
			continue;
		state = serving_state(probe->an, member);
		if (member->link->ifindex == ifindex) {
			probe->marks = marks_of(member);
			if (names_us(probe))
				anycast6_rival_name(probe->an, member,
						    &probe->payload.member);
			return state;
		}
		if (best == ANYCAST6_STATE_DOWN || state == ANYCAST6_STATE_UP)
			best = state;
	}
	return best;
}

/* A probe of this node's own, which came back, says nothing. */
static bool is_own_probe(const struct received_probe *probe)
{
	if (!is_unicast_here(probe, &ipv6_hdr(probe->arrival->skb)->saddr))
		return false;
	anycast6_probe_queue_returned(probe->an, &probe->payload);
	return true;
}

/**
 * anycast6_probe_reply() - answer a probe that came to this node's members
 * @an: the namespace
 * @group: the address that a packet came to
 * @arrival: the packet, about to be delivered
 *
 * All other packets are the kernel's to answer.
 *
 * Context: RCU.
 * Return: whether it is done with; it stays the caller's.
 */
bool anycast6_probe_reply(struct anycast6_net *an,
			  const struct anycast6_group *group,
			  const struct anycast6_arrival *arrival)
{
	struct received_probe probe = {
		.an = an,
		.group = group,
		.arrival = arrival,
	};

	if (!read_probe(&probe))
		return false;
	if (is_own_probe(&probe))
		return true;
	probe.named = is_named(&probe);
	switch (find_state(&probe)) {
	case ANYCAST6_STATE_UP:
		answer_probe(&probe, -1);
		return true;
	case ANYCAST6_STATE_DRAINING:
		answer_probe(&probe, ICMPV6_ADM_PROHIBITED);
		return true;
	}
	answer_probe(&probe, ICMPV6_ADDR_UNREACH);
	return true;
}

/**
 * anycast6_probe_reply_absent() - answer a probe to an address that is held
 * elsewhere only
 * @an: the namespace
 * @group: the address
 * @skb: the probe, coming in; it stays the caller's
 *
 * Where this node sends other packets is no answer: a probe is of one member.
 *
 * Context: RCU; softirq.
 */
void anycast6_probe_reply_absent(struct anycast6_net *an,
				 const struct anycast6_group *group,
				 struct sk_buff *skb)
{
	struct anycast6_arrival arrival;
	struct received_probe probe = {
		.an = an,
		.group = group,
		.arrival = &arrival,
	};

	anycast6_arrival_parse(skb, &arrival);

	if (!read_probe(&probe) || is_own_probe(&probe))
		return;
	probe.named = is_named(&probe);
	answer_probe(&probe, ICMPV6_ADDR_UNREACH);
}
