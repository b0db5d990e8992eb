// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbours that solicit an address which the kernel alone would not answer
 * for, or too late. Reads from a member's role who is to answer; does not know
 * how that is elected.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6.h>
#include <net/addrconf.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>
#include <net/ndisc.h>

#include <uapi/linux/anycast6.h>

#include "deliver/advert.h"
#include "deliver/host.h"
#include "kernel/link.h"
#include "lib/arrival.h"
#include "object/group.h"
#include "object/member.h"

static const struct nd_msg *
read_solicitation(const struct anycast6_arrival *arrival, struct nd_msg *buf)
{
	if (!anycast6_arrival_is(arrival, NDISC_NEIGHBOUR_SOLICITATION) ||
	    ipv6_addr_any(&ipv6_hdr(arrival->skb)->saddr))
		return NULL;
	return skb_header_pointer(arrival->skb, arrival->offset, sizeof(*buf),
				  buf);
}

/* The checks of RFC 4861 section 7.1.1, but for options: none is needed. */
static bool is_solicitation(const struct anycast6_arrival *arrival,
			    const struct in6_addr *target)
{
	const struct nd_msg *msg;
	struct nd_msg buf;

	msg = read_solicitation(arrival, &buf);
	return msg && ipv6_hdr(arrival->skb)->hop_limit == 255 &&
	       !msg->icmph.icmp6_code &&
	       ipv6_addr_equal(&msg->target, target) &&
	       !nf_ip6_checksum(arrival->skb, NF_INET_LOCAL_IN,
				arrival->offset, IPPROTO_ICMPV6);
}

static struct anycast6_member *
find_link_member(const struct anycast6_group *group, u32 ifindex)
{
	struct anycast6_member *member;

	list_for_each_entry_rcu(member, &group->members, node)
		if (!member->nexthop && member->link->ifindex == ifindex)
			return member;
	return NULL;
}

/* Returns whether a member there has packets delivered, but no join on the
 * link, so that the kernel answers no solicitation.
 */
static bool is_quiet_on(const struct anycast6_group *group, u32 ifindex)
{
	const struct anycast6_member *member = find_link_member(group, ifindex);

	if (!member)
		return false;
	switch (READ_ONCE(member->state)) {
	case ANYCAST6_STATE_DRAINING:
		return true;
	case ANYCAST6_STATE_UP:
		return READ_ONCE(member->role) == ANYCAST6_ROLE_YIELDS;
	}
	return false;
}

/* Returns the member that was elected to answer there, or NULL. */
static struct anycast6_member *
answers_on(const struct anycast6_group *group, u32 ifindex)
{
	struct anycast6_member *member = find_link_member(group, ifindex);

	return member && READ_ONCE(member->state) == ANYCAST6_STATE_UP &&
	       READ_ONCE(member->role) == ANYCAST6_ROLE_ANSWERS ? member : NULL;
}

/**
 * anycast6_advert_answer() - answer a solicitation that was sent to the address
 * itself
 * @net: the namespace
 * @group: the address that the packet came to
 * @arrival: the packet, of any kind
 *
 * Where a member drains, or another member on the link answers, the address is
 * not joined, so the kernel answers no solicitation. But a neighbour with a
 * flow to this node probes whether it is still reachable (RFC 4861 section
 * 7.3), by unicast: without an answer the flow would break. A neighbour that
 * resolves the address anew asks by multicast, and is not answered.
 *
 * Context: RCU; softirq or process.
 */
void anycast6_advert_answer(struct net *net, const struct anycast6_group *group,
			    const struct anycast6_arrival *arrival)
{
	const struct in6_addr *target = &group->key.addr;
	u32 ifindex = arrival->ifindex;
	const struct inet6_dev *idev;
	struct net_device *dev;

	if (!is_quiet_on(group, ifindex) || !is_solicitation(arrival, target))
		return;
	dev = dev_get_by_index_rcu(net, ifindex);
	idev = dev ? __in6_dev_get(dev) : NULL;
	if (idev)
		ipv6_stub->ndisc_send_na(dev, &ipv6_hdr(arrival->skb)->saddr,
					 target,
					 READ_ONCE(idev->cnf.forwarding), true,
					 false, true);
}

/**
 * anycast6_advert_answer_now() - let the kernel answer a solicitation at once
 * @host: the namespace's
 * @arrival: a packet to a multicast address, of any kind
 *
 * The kernel answers for an anycast address after a random time of up to a
 * second, as several nodes may answer (RFC 4861 section 7.2.7). The elected
 * member is the only one that does. ndisc_recv_ns() in net/ipv6/ndisc.c does
 * not wait if the packet was sent to this node alone, so it is made to look so.
 *
 * Context: RCU; softirq or process.
 */
void anycast6_advert_answer_now(const struct anycast6_host *host,
				const struct anycast6_arrival *arrival)
{
	struct sk_buff *skb = arrival->skb;
	const struct anycast6_group *group;
	struct anycast6_member *member;
	const struct nd_msg *msg;
	struct nd_msg buf;

	msg = read_solicitation(arrival, &buf);
	if (!msg || !anycast6_host_may_hold(host, &msg->target))
		return;
	group = anycast6_host_find(host, &msg->target,
				   anycast6_skb_domain(skb, &msg->target));
	member = group ? answers_on(group, arrival->ifindex) : NULL;
	if (!member)
		return;
	skb->pkt_type = PACKET_HOST;
	if (!READ_ONCE(member->found))
		WRITE_ONCE(member->found, true);
}

/**
 * anycast6_advert_take_over() - tell a link that this node answers from now on
 * @net: the namespace
 * @addr: the address, which is held on the link; network order
 * @ifindex: interface index of the link's device
 *
 * The node that answered so far is dead or leaves, but its neighbours would
 * send to it for half a minute more. So the unsolicited advertisement has the
 * override flag (RFC 4861 section 7.2.6), which those for anycast addresses
 * otherwise have not.
 *
 * Context: process.
 */
void anycast6_advert_take_over(struct net *net, const struct in6_addr *addr,
			       u32 ifindex)
{
	const struct inet6_dev *idev;
	struct net_device *dev;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ifindex);
	idev = dev ? __in6_dev_get(dev) : NULL;
	if (idev) {
		local_bh_disable();
		ipv6_stub->ndisc_send_na(dev, &in6addr_linklocal_allnodes, addr,
					 READ_ONCE(idev->cnf.forwarding), false,
					 true, true);
		local_bh_enable();
	}
	rcu_read_unlock();
}
