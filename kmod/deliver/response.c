// SPDX-License-Identifier: GPL-2.0
/*
 * Responses: which question a packet of this node answers, and so which of its
 * addresses the answer belongs to. Knows what is remembered of flows and what
 * programs choose, not how a packet gets its source.
 */
#include <linux/icmpv6.h>
#include <linux/udp.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

#include <uapi/linux/anycast6.h>

#include "deliver/peers.h"
#include "deliver/response.h"
#include "kernel/socket.h"
#include "kernel/usual_source.h"
#include "lib/tally.h"
#include "net.h"
#include "object/group.h"
#include "object/source.h"

/**
 * struct message - what of an answer says which flow it belongs to
 * @key: the flow
 * @hash: of @key
 * @data: offset of its data in the packet, bytes
 */
struct message {
	struct anycast6_peer_key key;
	u64 hash;
	unsigned int data;
};

/* ---- what the packet says ---- */

/**
 * anycast6_response_transport() - find the transport header of a packet
 * @skb: the packet
 * @offset: result: offset of the header, bytes
 *
 * Context: any.
 * Return: the transport protocol, negative if it is not found.
 */
int anycast6_response_transport(const struct sk_buff *skb, unsigned int *offset)
{
	u8 proto = ipv6_hdr(skb)->nexthdr;

	*offset = skb_network_offset(skb) + sizeof(struct ipv6hdr);
	if (likely(proto == IPPROTO_UDP || proto == IPPROTO_ICMPV6))
		return proto;
	*offset = 0;
	return ipv6_find_hdr(skb, offset, -1, NULL, NULL);
}

static __always_inline void set_message_key(const struct anycast6_response *response,
					    u8 proto, struct message *message)
{
	const struct in6_addr *peer = &ipv6_hdr(response->skb)->daddr;

	message->key = (struct anycast6_peer_key) {
		.addr = *peer,
		.domain = anycast6_response_domain(response, peer),
		.proto = proto,
	};
}

static __always_inline bool
read_datagram(const struct anycast6_response *response,
	      struct message *message)
{
	unsigned int offset;
	__be16 buf[2];
	const __be16 *ports;
	int proto;

	proto = anycast6_response_transport(response->skb, &offset);
	if (proto != response->state->sk->sk_protocol)
		return false;
	ports = skb_header_pointer(response->skb, offset, sizeof(buf), buf);
	if (!ports)
		return false;
	set_message_key(response, proto, message);
	message->key.local = ports[0];
	message->key.port = ports[1];
	message->data = offset + sizeof(struct udphdr);
	return true;
}

static bool read_echo_reply(const struct anycast6_response *response,
			    struct message *message)
{
	struct icmp6hdr buf;
	const struct icmp6hdr *icmp;
	unsigned int offset;

	if (anycast6_response_transport(response->skb, &offset) !=
	    IPPROTO_ICMPV6)
		return false;
	icmp = skb_header_pointer(response->skb, offset, sizeof(buf), &buf);
	if (!icmp || icmp->icmp6_type != ICMPV6_ECHO_REPLY)
		return false;
	set_message_key(response, IPPROTO_ICMPV6, message);
	message->key.port = icmp->icmp6_identifier;
	message->data = offset + offsetof(struct icmp6hdr, icmp6_dataun);
	return true;
}

static bool read_response(const struct anycast6_response *response,
			  struct message *message)
{
	const struct sock *sk = response->state->sk;

	if (anycast6_socket_sends_datagrams(sk) ?
		    !read_datagram(response, message) :
		    !anycast6_socket_sends_messages(sk) ||
			    !read_echo_reply(response, message))
		return false;
	message->hash = anycast6_peer_hash(response->host->peers, &message->key);
	return true;
}

static bool is_from_tunnel(const struct anycast6_response *response)
{
	const struct sock *sk = response->state->sk;

	return sk->sk_protocol == IPPROTO_UDP && sk->sk_type == SOCK_DGRAM &&
	       anycast6_socket_is_tunnel(sk);
}

/* In a VRF a packet comes twice, and what was settled the first time holds. It may
 * have another source by then.
 */
static bool comes_twice(const struct anycast6_response *response)
{
	return netif_is_l3_slave(response->state->out) &&
	       !rt6_need_strict(&ipv6_hdr(response->skb)->daddr);
}

/* Tunnels leave from an anycast address only if it says so. */
static bool may_leave_from(const struct anycast6_response *response,
			   const struct anycast6_group *group)
{
	const struct anycast6_source *source;

	/* pairs with serve_group() in reconcile/attach.c */
	if (!group || !smp_load_acquire(&group->locals))
		return false;
	if (likely(!is_from_tunnel(response)))
		return true;
	source = rcu_dereference(group->source);
	return source && source->mode == ANYCAST6_SOURCE_MODE_ANYCAST;
}

/* ---- flows of which nothing is remembered ---- */

/* A client that asked an address lately, by whatever ports, may be spoken to from
 * there, if that is configured for the address.
 */
static struct anycast6_group *find_related(struct anycast6_response *response,
					   const struct message *message)
{
	struct anycast6_peers *peers = response->host->peers;
	struct anycast6_peer_key key = message->key;
	const struct anycast6_source *source;
	const struct anycast6_peer *peer;
	struct anycast6_group *group;
	u8 own;

	if (!READ_ONCE(response->host->an->sources))
		return NULL;
	anycast6_peer_set_client(&key);
	peer = anycast6_peer_find(peers, &key, anycast6_peer_hash(peers, &key));
	if (!peer)
		return NULL;
	own = anycast6_recall_latest(&peer->recall, jiffies, peers->times);
	if (own == ANYCAST6_RECALL_NONE)
		return NULL;
	group = anycast6_peer_group(peer, own);
	source = group ? rcu_dereference(group->source) : NULL;
	return source && source->related && may_leave_from(response, group) ?
	       group : NULL;
}

/* The packet answers no remembered question. Who opened its flow is noted, but for
 * the first second: what leaves then may answer what came before there were hooks.
 */
static void note_sent(struct anycast6_response *response,
		      const struct message *message)
{
	struct anycast6_peers *peers = response->host->peers;
	const struct nf_hook_state *state = response->state;
	const struct in6_addr *saddr = &ipv6_hdr(response->skb)->saddr;
	u32 tag = anycast6_peer_tag(message->hash), now = anycast6_peer_now();
	struct anycast6_initiator_pair *notes =
		anycast6_peer_initiators(peers, message->hash);
	struct anycast6_opened_pair *opened =
		anycast6_peer_opened(peers, message->hash);
	struct anycast6_group *group;

	if (!anycast6_opened_has(opened, tag, now)) {
		if (anycast6_initiator_went(notes, tag, now))
			return;
		group = anycast6_response_group_at(response, saddr);
		if (group) {
			/* chosen the first time, or by the program: then forged
			 * packets to it can't move the flow
			 */
			if (comes_twice(response))
				response->group = group;
			return;
		}
		response->group = find_related(response, message);
		if (response->group &&
		    !anycast6_usual_source_is(state->net, state->sk,
					      response->skb))
			response->group = NULL;
		if (response->group || time_before(jiffies, peers->born + HZ))
			return;
	}
	anycast6_opened_went(opened, tag,
			     anycast6_socket_number(response->state->sk), now);
	anycast6_initiator_set(notes, tag, ANYCAST6_INITIATOR_OWN, now);
}

/* ---- which question is answered ---- */

static u32 hash_source(const struct anycast6_peers *peers,
		       const struct in6_addr *source)
{
	const u32 *w = (__force const u32 *)source->s6_addr32;
	u64 sum = anycast6_hash_pair(&peers->secret, w[0], w[1], 6) +
		  anycast6_hash_pair(&peers->secret, w[2], w[3], 8);

	/* 0 stands for none */
	return anycast6_hash_end(sum) >> 32 | 1;
}

/* Returns the number of the own address that the program has chosen as the source,
 * %ANYCAST6_RECALL_NONE if it left the choice to the kernel.
 */
static u8 find_said(const struct anycast6_response *response,
		    struct anycast6_peer *peer)
{
	const struct nf_hook_state *state = response->state;
	const struct in6_addr *source = &ipv6_hdr(response->skb)->saddr;
	u32 hash = hash_source(response->host->peers, source);
	const struct anycast6_group *group;
	u8 own;

	if (likely(READ_ONCE(peer->usual) == hash))
		return ANYCAST6_RECALL_NONE;
	for (own = ANYCAST6_RECALL_UNICAST + 1; own < ANYCAST6_RECALL_OWNS;
	     own++) {
		group = anycast6_peer_group(peer, own);
		if (group && ipv6_addr_equal(&group->key.addr, source))
			return own;
	}
	if (!anycast6_usual_source_is(state->net, state->sk, response->skb))
		return ANYCAST6_RECALL_UNICAST;
	WRITE_ONCE(peer->usual, hash);
	return ANYCAST6_RECALL_NONE;
}

static void count_guess(const struct anycast6_peer *peer)
{
	const struct anycast6_group *group = anycast6_peer_group(peer, 1);

	if (group)
		anycast6_tally_add(group->replies, ANYCAST6_REPLY_AMBIGUOUS);
}

/* Returns the number of the own address that an answer belongs to. It counts as sent.
 * In a flow that is over there is none; that the peer opened the flow is noted when
 * it is forgotten.
 */
static u8 settle_answer(const struct anycast6_response *response,
			const struct message *message,
			struct anycast6_peer *peer)
{
	const struct anycast6_peers *peers = response->host->peers;
	const struct sock *sk = response->state->sk;
	struct anycast6_recall_reply said = {
		.now = jiffies,
		.said = find_said(response, peer),
		.told = sk->sk_type == SOCK_DGRAM &&
			anycast6_socket_is_told(sk),
		.stays = is_from_tunnel(response),
	};
	struct anycast6_recall_verdict verdict;

	if (unlikely(!anycast6_recall_is_plain(&peer->recall)))
		said.mark = anycast6_peer_mark(response->skb, message->data);
	verdict = anycast6_recall_choose(&peer->recall, &said, peers->times);
	if (verdict.own == ANYCAST6_RECALL_NONE)
		return verdict.own;
	anycast6_recall_answer(&peer->recall, &said, verdict);
	if (unlikely(verdict.guess))
		count_guess(peer);
	return verdict.own;
}

static void settle_reply(struct anycast6_response *response,
			 const struct message *message,
			 struct anycast6_peer *peer)
{
	struct anycast6_group *group;
	u8 own;

	response->tracked = READ_ONCE(peer->tracked);
	if (unlikely(comes_twice(response))) {
		own = READ_ONCE(peer->settled);
	} else {
		own = settle_answer(response, message, peer);
		if (READ_ONCE(peer->settled) != own)
			WRITE_ONCE(peer->settled, own);
	}
	if (own == ANYCAST6_RECALL_NONE || own == ANYCAST6_RECALL_UNICAST)
		return;
	group = anycast6_peer_group(peer, own);
	if (may_leave_from(response, group))
		response->group = group;
}

/**
 * anycast6_response_find() - find the anycast address that a packet answers for
 * @response: the packet, which a full socket sends that is not one of TCP; and
 *         results. Without an address, nothing is to be done
 *
 * To be called once each time that a packet passes: an answer counts.
 *
 * Context: RCU; process or softirq.
 * Return: whether there is one.
 */
bool anycast6_response_find(struct anycast6_response *response)
{
	struct message message;
	struct anycast6_peer *peer;

	/* tunnels are left alone unless somebody says otherwise */
	if (is_from_tunnel(response) && !READ_ONCE(response->host->an->sources))
		return false;
	if (!read_response(response, &message))
		return false;
	response->proto = message.key.proto;
	peer = anycast6_peer_find(response->host->peers, &message.key,
				  message.hash);
	if (peer)
		settle_reply(response, &message, peer);
	else if (response->proto != IPPROTO_ICMPV6)
		note_sent(response, &message);
	return response->group;
}

/**
 * anycast6_response_is_of() - whether a packet answers for an anycast address
 * @response: the packet, which a full socket sends
 * @group: the address, which is the source of the packet
 *
 * Context: RCU; process or softirq.
 * Return: false if the packet's flow did not come there: a program chose the source.
 */
bool anycast6_response_is_of(struct anycast6_response *response,
			     struct anycast6_group *group)
{
	const struct anycast6_peer *peer;
	struct message message;

	if (!read_response(response, &message))
		return false;
	response->proto = message.key.proto;
	peer = anycast6_peer_find(response->host->peers, &message.key,
				  message.hash);
	if (!peer)
		return find_related(response, &message) == group;
	return anycast6_peer_own(peer, group) != ANYCAST6_RECALL_NONE;
}
