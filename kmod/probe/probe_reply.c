// SPDX-License-Identifier: GPL-2.0
/*
 * Replies to other nodes' probes: how the members of this node are. Says
 * nothing of remote members; of this node's probes it knows those that come
 * back.
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

/* At most so many errors a second, and so many at once (RFC 4443 section 2.4
 * (f)), and as many replies with priority. The kernel's own limit of errors is
 * too low to answer probes. Echo replies have no limit, as the kernel's: they
 * are no larger than the request, and a flood must not make this node look dead
 * to others.
 */
#define RATE		4000
#define BURST		256

/**
 * struct received_probe - a probe from another node
 * @an: the namespace
 * @group: the address that the probe came to
 * @arrival: the packet
 * @payload: the probe's
 * @named: the member in @payload is a unicast address of this node
 * @marks: what the reply says, enum anycast6_probe_mark
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
 * anycast6_probe_reply_init() - prepare the budgets, which are full
 * @budgets: of a new namespace
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

	/* packets come in process context, too, by nfnetlink_queue */
	spin_lock_bh(&budgets->lock);
	may = !anycast6_budget_spend(budget, ktime_get_ns());
	spin_unlock_bh(&budgets->lock);
	return may;
}

/* ---- the probe ---- */

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

/* RFC 4443 section 2.4 (e): no reply to multicast, or to an anycast address */
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

/* ---- the reply ---- */

/* The sender knows the member by the address in the payload, and expects a
 * reply from there. If that is no address of this node, the probe went astray,
 * and the sender sees it by the source of the reply. Routes may depend on the
 * source (RFC 8028), so the source is known before the lookup, or found by it.
 * Returns the route with a reference, or NULL if there is none.
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

/* An echo reply has what follows the request's ICMPv6 header, an error as much
 * of the packet as fits (RFC 4443 sections 4.2 and 2.4 (c)).
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

/* Lets filters see the reply as related to the probe. */
static void attach_tracking(struct sk_buff *skb, const struct sk_buff *to)
{
	unsigned long tracking = skb_get_nfct(to);

	if (tracking && tracking != IP_CT_UNTRACKED)
		nf_ct_attach(skb, to);
	else
		skb_set_nfct(skb, IP_CT_UNTRACKED);
}

/* A full queue must not make this node look dead, so replies have priority. A
 * flood of probes, or large ones, must not have it: others' packets would wait.
 * Takes from the budget.
 */
static bool spend_urgent(const struct received_probe *probe)
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
	if (spend_urgent(probe))
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

/* Looks at the sockets, too: the state may lag behind a server's end. */
static u8 serving_state(struct anycast6_net *an, struct anycast6_member *member)
{
	u8 state = READ_ONCE(member->state);

	return state == ANYCAST6_STATE_DOWN ||
	       anycast6_watch_serves(an, member) ? state :
						   ANYCAST6_STATE_DOWN;
}

/* Only a node on the link itself gives way to this one. The hop limit shows
 * that no router forwarded its probe (as RFC 5082).
 */
static bool names_us(const struct received_probe *probe)
{
	return probe->named &&
	       ipv6_hdr(probe->arrival->skb)->hop_limit == 255 &&
	       probe->payload.marks & htonl(ANYCAST6_PROBE_RIVAL);
}

/* Returns the marks for a member on the link that the probe came by. */
static u32 marks_of(const struct anycast6_member *member)
{
	u32 marks = 0;

	if (READ_ONCE(member->held.ifindex) || READ_ONCE(member->role))
		marks |= ANYCAST6_PROBE_ONLINK;
	if (READ_ONCE(member->found))
		marks |= ANYCAST6_PROBE_FOUND;
	return marks;
}

/* Returns the state of the member on the link that the probe came by, because
 * other nodes on that link may give way to it; without one, the best state of
 * all members of this node. Notes the name by which the sender knows this node.
 */
static u8 examine_members(struct received_probe *probe)
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

/* A probe of this node that came back to it gets no reply. */
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
 * @arrival: the packet, about to be delivered; it stays the caller's
 *
 * Context: softirq or process, under RCU.
 * Return: true if the packet is a probe, which must not be delivered: the
 * kernel would answer it, too.
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
	switch (examine_members(&probe)) {
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
 * anycast6_probe_reply_absent() - answer a probe to an address that has no
 * member on this node
 * @an: the namespace
 * @group: the address
 * @skb: the probe, in PRE_ROUTING; it stays the caller's
 *
 * The reply is that the member is down. The probe is not steered to another
 * member: it asks for one of this node.
 *
 * Context: softirq or process, under RCU.
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
