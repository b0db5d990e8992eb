// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks for what this node sends: an answer to a packet that came to an
 * anycast address gets its source here. Knows sockets and routes, not how
 * questions were remembered.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/netfilter_ipv6.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

#include <uapi/linux/anycast6.h>

#include "anycast6_compat.h"
#include "deliver/fast_path.h"
#include "deliver/host.h"
#include "deliver/output.h"
#include "deliver/response.h"
#include "kernel/usual_source.h"
#include "kernel/socket.h"
#include "lib/answer.h"
#include "lib/rewrite.h"
#include "lib/tally.h"
#include "net.h"
#include "object/group.h"
#include "object/source.h"

/* ---- the route ---- */

/* In a VRF a packet passes LOCAL_OUT twice. The first time its route still
 * leads to the VRF's device; the VRF looks up the real one after that.
 */
static bool comes_again(const struct anycast6_response *answer)
{
	const struct dst_entry *dst = skb_dst(answer->skb);

	return netif_is_l3_master(answer->state->out) &&
	       !(dst_rt6_info(dst)->rt6i_flags & RTF_LOCAL);
}

/* Returns whether another source may lead to another route: there are rules, or
 * routes by source, or IPsec policies.
 */
static bool source_matters(const struct anycast6_net *an,
			   const struct dst_entry *dst)
{
	return atomic_read(&an->odd_rules) ||
	       fib6_routes_require_src(an->net) || dst_xfrm(dst) ||
	       anycast6_compat_has_policies(an->net);
}

/* As ip6table_mangle does after a change of the source. */
static unsigned int reroute_answer(const struct anycast6_response *answer)
{
	struct sk_buff *skb = answer->skb;
	int err;

	if (likely(!source_matters(answer->host->an, skb_dst(skb))) ||
	    comes_again(answer))
		return NF_ACCEPT;
	err = ip6_route_me_harder(answer->state->net, answer->state->sk, skb);
	return err < 0 ? NF_DROP_ERR(err) : NF_ACCEPT;
}

static void count_reply(const struct anycast6_response *answer,
			enum anycast6_reply reply)
{
	anycast6_tally_add(answer->group->replies, reply);
}

static unsigned int set_source(const struct anycast6_response *answer,
			       const struct in6_addr *source)
{
	struct sk_buff *skb = answer->skb;

	if (!ipv6_addr_equal(&ipv6_hdr(skb)->saddr, source)) {
		if (!anycast6_rewrite_source(skb, source)) {
			count_reply(answer, ANYCAST6_REPLY_UNSAFE);
			return NF_ACCEPT;
		}
		count_reply(answer, ANYCAST6_REPLY_REWRITTEN);
	} else if (!netif_is_l3_slave(answer->state->out)) {
		return NF_ACCEPT;
	}
	/* in a VRF the first pass has set the source, but not the route */
	return reroute_answer(answer);
}

/* ---- which source ---- */

static bool choose_unicast(const struct anycast6_response *answer,
			   struct in6_addr *source)
{
	return anycast6_usual_source(answer->state->net, skb_dst(answer->skb),
				     &ipv6_hdr(answer->skb)->daddr, 0, source);
}

static enum anycast6_answer wanted_source(const struct anycast6_group *group,
					  u8 proto,
					  const struct in6_addr **address)
{
	const struct anycast6_source *source = rcu_dereference(group->source);

	if (likely(!source))
		return anycast6_answer_source(ANYCAST6_SOURCE_MODE_AUTO, proto);
	*address = &source->addr;
	return anycast6_answer_source(source->mode, proto);
}

/* The address that is configured as source may have been deleted since. In a
 * VRF it counts only if it is one of the VRF's addresses.
 */
static bool is_here(const struct anycast6_response *answer,
		    const struct in6_addr *address)
{
	return ipv6_chk_addr_and_flags(answer->state->net, address,
				       answer->state->out, true, 0,
				       IFA_F_TENTATIVE);
}

/* Gives the packet the source that it leaves with. */
static unsigned int finish_answer(const struct anycast6_response *answer,
				  u8 proto)
{
	const struct in6_addr *asked = &answer->group->key.addr;
	const struct in6_addr *address = NULL;
	struct in6_addr unicast;

	switch (wanted_source(answer->group, proto, &address)) {
	case ANYCAST6_ANSWER_ANYCAST:
		return set_source(answer, asked);
	case ANYCAST6_ANSWER_ADDRESS:
		if (is_here(answer, address))
			return set_source(answer, address);
		fallthrough;
	case ANYCAST6_ANSWER_UNICAST:
		break;
	}
	if (!ipv6_addr_equal(&ipv6_hdr(answer->skb)->saddr, asked))
		return NF_ACCEPT;
	if (choose_unicast(answer, &unicast))
		return set_source(answer, &unicast);
	count_reply(answer, ANYCAST6_REPLY_UNSAFE);
	return NF_ACCEPT;
}

/* ---- hooks ---- */

/* Gives an answer the anycast address as its source, for connection tracking,
 * even if finish_any() changes the source again after that: from another
 * address the answer would be a flow of its own there, or invalid.
 */
static noinline unsigned int show_tracking(struct anycast6_host *host,
					   struct sk_buff *skb,
					   const struct nf_hook_state *state)
{
	struct anycast6_response answer = {
		.host = host, .skb = skb, .state = state,
	};
	const struct in6_addr *address = NULL, *asked;
	const struct sock *sk = state->sk;
	enum anycast6_answer want;

	if (!sk_fullsock(sk) || sk->sk_protocol == IPPROTO_TCP ||
	    !anycast6_response_find(&answer))
		return NF_ACCEPT;

	asked = &answer.group->key.addr;
	want = wanted_source(answer.group, answer.proto, &address);
	if (want == ANYCAST6_ANSWER_ANYCAST)
		return set_source(&answer, asked);
	if ((want == ANYCAST6_ANSWER_ADDRESS || answer.tracked) &&
	    !ipv6_addr_equal(&ipv6_hdr(skb)->saddr, asked) &&
	    !anycast6_rewrite_source(skb, asked))
		count_reply(&answer, ANYCAST6_REPLY_UNSAFE);
	return NF_ACCEPT;
}

/* Each packet of this node pays for this function, so show_tracking() must stay
 * out of line.
 */
static unsigned int before_tracking(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	struct anycast6_host *host = priv;
	const struct sock *sk = state->sk;

	/* @sk may be no full socket: only fields of struct sock_common are read
	 * before show_tracking()
	 */
	if (!sk || sk->sk_state == TCP_ESTABLISHED)
		return NF_ACCEPT;
	switch (ip6->nexthdr) {
	case IPPROTO_UDP:
		if (anycast6_fast_path(host->peers, skb, &ip6->daddr,
				       state->out, true))
			return NF_ACCEPT;
		break;
	case IPPROTO_TCP:
		return NF_ACCEPT;
	}
	return ipv6_addr_any(&sk->sk_v6_rcv_saddr) ?
		       show_tracking(host, skb, state) :
		       NF_ACCEPT;
}

/* Returns the anycast address to which the packet came that an error quotes, or
 * NULL.
 */
static struct anycast6_group *find_quoted(const struct anycast6_response *answer,
					  unsigned int offset)
{
	struct ipv6hdr buf;
	const struct ipv6hdr *ip6;

	ip6 = skb_header_pointer(answer->skb, offset + sizeof(struct icmp6hdr),
				 sizeof(buf), &buf);
	if (!ip6 ||
	    !ipv6_addr_equal(&ip6->saddr, &ipv6_hdr(answer->skb)->daddr))
		return NULL;
	return anycast6_response_group_at(answer, &ip6->daddr);
}

/* An error has no flow: its quoted packet tells which address was asked. Of a
 * reply, the source does.
 */
static unsigned int finish_message(struct anycast6_response *answer)
{
	struct sk_buff *skb = answer->skb;
	unsigned int offset;
	const u8 *type;
	u8 buf;

	if (anycast6_response_transport(skb, &offset) != IPPROTO_ICMPV6)
		return NF_ACCEPT;
	type = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!type)
		return NF_ACCEPT;
	if (anycast6_answer_is_banned(*type) &&
	    anycast6_response_group_at(answer, &ipv6_hdr(skb)->daddr))
		return NF_DROP;

	if (!(*type & ICMPV6_INFOMSG_MASK))
		answer->group = find_quoted(answer, offset);
	else if (anycast6_answer_is_reply(*type))
		answer->group =
			anycast6_response_group_at(answer, &ipv6_hdr(skb)->saddr);
	return answer->group ? finish_answer(answer, IPPROTO_ICMPV6) :
			       NF_ACCEPT;
}

/* The source that show_tracking() set may not be the one that is configured. */
static unsigned int finish_datagram(struct anycast6_response *answer)
{
	struct anycast6_group *group;

	group = anycast6_response_group_at(answer, &ipv6_hdr(answer->skb)->saddr);
	if (!group || !anycast6_response_is_of(answer, group))
		return NF_ACCEPT;
	answer->group = group;
	return finish_answer(answer, answer->proto);
}

static noinline unsigned int finish_any(struct anycast6_host *host,
					struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	struct anycast6_response answer = {
		.host = host, .skb = skb, .state = state,
	};
	const struct sock *sk = state->sk;

	if (!sk || !sk_fullsock(sk) || sk->sk_protocol == IPPROTO_TCP)
		return NF_ACCEPT;
	if (anycast6_socket_sends_datagrams(sk))
		return READ_ONCE(host->an->sources) ? finish_datagram(&answer) :
						      NF_ACCEPT;
	return anycast6_socket_sends_messages(sk) ? finish_message(&answer) :
						    NF_ACCEPT;
}

static unsigned int after_tracking(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	struct anycast6_host *host = priv;

	switch (ipv6_hdr(skb)->nexthdr) {
	case IPPROTO_TCP:
		return NF_ACCEPT;
	case IPPROTO_UDP:
		/* without a configured source the anycast address stays */
		if (!READ_ONCE(host->an->sources))
			return NF_ACCEPT;
		fallthrough;
	default:
		return finish_any(host, skb, state);
	}
}

static const struct nf_hook_ops output_hooks[] = {
	{
		.hook = before_tracking,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP6_PRI_CONNTRACK - 1,
	},
	{
		.hook = after_tracking,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP6_PRI_CONNTRACK + 1,
	},
};

/**
 * anycast6_output_hooks() - describe the hooks for what this node answers
 * @host: the namespace's
 * @ops: result, an array of %ANYCAST6_OUTPUT_HOOKS
 *
 * Filters come after both hooks, so they see the source that packets leave
 * with; only those at the priority of raw see the one that the server sent.
 *
 * Context: process.
 */
void anycast6_output_hooks(struct anycast6_host *host, struct nf_hook_ops *ops)
{
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(output_hooks) != ANYCAST6_OUTPUT_HOOKS);
	for (i = 0; i < ARRAY_SIZE(output_hooks); i++) {
		ops[i] = output_hooks[i];
		ops[i].priv = host;
	}
}
