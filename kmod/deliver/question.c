// SPDX-License-Identifier: GPL-2.0
/*
 * Questions: decides which packets to this node belong to a flow that must be
 * remembered, so that answers get the right source. Knows which socket would
 * answer, not what becomes of the answer.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/netfilter_ipv6.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "deliver/host.h"
#include "deliver/peers.h"
#include "deliver/question.h"
#include "kernel/link.h"
#include "kernel/socket.h"
#include "lib/arrival.h"
#include "lib/tally.h"
#include "object/group.h"
#include "object/source.h"
#include "object/watch.h"

/* Returns false for packets whose answer needs no memory: TCP, ICMPv6 other
 * than echo requests, and what has no readable transport header.
 */
static bool set_peer_key(const struct anycast6_arrival *arrival,
			 struct anycast6_peer_key *key)
{
	const struct in6_addr *peer = &ipv6_hdr(arrival->skb)->saddr;

	if (!arrival->readable)
		return false;
	*key = (struct anycast6_peer_key) {
		.addr = *peer,
		.port = arrival->sport,
		.local = arrival->dport,
		.proto = arrival->proto,
		.domain = anycast6_skb_domain(arrival->skb, peer),
	};
	return arrival->proto != IPPROTO_ICMPV6 ||
	       arrival->type == ICMPV6_ECHO_REQUEST;
}

/* Returns the offset of what a question is about, which its answer may repeat. */
static unsigned int data_offset(const struct anycast6_arrival *arrival)
{
	return arrival->offset + (arrival->proto == IPPROTO_ICMPV6 ?
				  offsetof(struct icmp6hdr, icmp6_dataun) :
				  sizeof(struct udphdr));
}

/* Returns the socket that would get a datagram, or NULL. */
static const struct sock *find_taker(const struct sk_buff *skb,
				     const struct anycast6_peer_key *key)
{
	const struct anycast6_socket_query query = {
		.source = &ipv6_hdr(skb)->saddr,
		.destination = &ipv6_hdr(skb)->daddr,
		.sport = key->port,
		.dport = key->local,
		.dif = inet6_iif(skb),
		.sdif = inet6_sdif(skb),
		.proto = key->proto,
	};

	return anycast6_socket_find(dev_net(skb->dev), &query);
}

/* Returns whether a socket would take a datagram that comes to it. What is said of
 * UDP-Lite or of padded datagrams is not looked at.
 */
static bool is_intact(const struct anycast6_arrival *arrival,
		      const struct sock *sk)
{
	struct sk_buff *skb = arrival->skb;
	const struct udphdr *udp;
	struct udphdr buf;

	if (arrival->proto != IPPROTO_UDP || skb_csum_unnecessary(skb))
		return true;
	udp = skb_header_pointer(skb, arrival->offset, sizeof(buf), &buf);
	if (!udp)
		return false;
	if (!udp->check)
		return udp_get_no_check6_rx((struct sock *)sk);
	return ntohs(udp->len) != skb->len - arrival->offset ||
	       !nf_ip6_checksum(skb, NF_INET_LOCAL_IN, arrival->offset,
				IPPROTO_UDP);
}

/* Returns whether a socket leaves its source to the routes. Bound and connected
 * sockets have their source already; tunnels are left alone, as they open flows by
 * themselves, unless somebody says that the address is the source of all answers.
 */
static bool leaves_source(const struct sock *sk,
			  const struct anycast6_group *group)
{
	const struct anycast6_source *source;

	if (!anycast6_socket_is_wildcard(sk))
		return false;
	if (likely(!anycast6_socket_is_tunnel(sk)))
		return true;
	source = rcu_dereference(group->source);
	return source && source->mode == ANYCAST6_SOURCE_MODE_ANYCAST;
}

/* The kernel sends echo replies from a unicast address. That is wrong if another
 * source is configured, or if connection tracking, which saw the request, would
 * call the reply invalid.
 */
static bool echo_needs_memory(const struct sk_buff *skb,
			      const struct anycast6_group *group)
{
	const struct anycast6_source *source;

	source = rcu_dereference(group->source);
	return skb_nfct(skb) ||
	       (source && source->mode != ANYCAST6_SOURCE_MODE_UNICAST);
}

/* Returns whether this node opened the flow: a forged packet must not make this
 * node's own packets leave from the anycast address. With the socket that opened
 * it, such a flow ends.
 */
static bool is_own_flow(struct anycast6_peers *peers, u64 hash,
			const struct sock *sk,
			const struct anycast6_group *group)
{
	struct anycast6_opened_pair *opened = anycast6_peer_opened(peers, hash);
	u32 tag = anycast6_peer_tag(hash), now = anycast6_peer_now();

	if (likely(!anycast6_opened_has(opened, tag, now)))
		return false;
	if (sk && anycast6_socket_is_alone(sk) &&
	    !anycast6_opened_by(opened, tag, anycast6_socket_number(sk), now)) {
		anycast6_opened_end(opened, tag, now);
		return false;
	}
	anycast6_opened_refuse(opened, tag, now);
	anycast6_tally_add(group->replies, ANYCAST6_REPLY_OWN);
	return true;
}

/* Returns whether an answer to the packet would leave with a wrong source if the
 * flow were not remembered, and may leave with another one.
 */
static bool needs_memory(struct anycast6_peers *peers,
			 const struct anycast6_arrival *arrival,
			 const struct anycast6_peer_key *key, u64 hash,
			 const struct anycast6_group *group)
{
	const struct sock *sk;

	if (key->proto == IPPROTO_ICMPV6)
		return echo_needs_memory(arrival->skb, group);
	sk = find_taker(arrival->skb, key);
	/* both ends of a tunnel open its flow, and know each other by more than
	 * addresses
	 */
	if (!(sk && anycast6_socket_is_tunnel(sk)) &&
	    is_own_flow(peers, hash, sk, group))
		return false;
	return sk && leaves_source(sk, group) &&
	       anycast6_watch_has_service(group, key->proto,
					  ntohs(key->local)) &&
	       is_intact(arrival, sk);
}

/* Clients of an address whose answers have related flows are remembered, too. */
static void remember_client(struct anycast6_peers *peers,
			    const struct anycast6_peer_question *question)
{
	struct anycast6_peer_key key = *question->key;
	struct anycast6_peer_question client = {
		.key = &key,
		.group = question->group,
	};
	const struct anycast6_source *source;
	struct anycast6_peer *peer;
	u8 own;

	source = rcu_dereference(question->group->source);
	if (likely(!source) || !source->related)
		return;
	anycast6_peer_set_client(&key);
	client.hash = anycast6_peer_hash(peers, &key);
	peer = anycast6_peer_find(peers, &key, client.hash);
	if (!peer) {
		anycast6_peer_remember(peers, &client);
		return;
	}
	own = anycast6_peer_own(peer, question->group);
	if (own == ANYCAST6_RECALL_NONE)
		own = anycast6_peer_add_group(peers, peer, client.hash,
					      question->group);
	if (own != ANYCAST6_RECALL_NONE)
		anycast6_peer_ask(peers, peer, own, 0);
}

/* The first question of a flow to an anycast address. */
static void remember_first(struct anycast6_peers *peers,
			   const struct anycast6_arrival *arrival,
			   struct anycast6_peer_question *question)
{
	struct anycast6_initiator_pair *notes =
		anycast6_peer_initiators(peers, question->hash);
	u32 tag = anycast6_peer_tag(question->hash);
	u32 now = anycast6_peer_now();
	u32 most = READ_ONCE(peers->times->asked) >> ANYCAST6_INITIATOR_SHIFT;

	if (!needs_memory(peers, arrival, question->key, question->hash,
			  question->group))
		return;
	question->behind = anycast6_initiator_waits(notes, tag, now, most);
	/* else anycast6_fast_path() would let the answers pass */
	anycast6_initiator_drop(notes, tag, now);
	if (!anycast6_peer_remember(peers, question)) {
		anycast6_tally_add(question->group->replies,
				   ANYCAST6_REPLY_FORGOTTEN);
		/* there may be no room for the flow: its answers are no
		 * initiative
		 */
		if (!anycast6_peer_find(peers, question->key, question->hash))
			anycast6_initiator_came(notes, tag, now);
	}
	remember_client(peers, question);
}

/* A flow that is remembered comes to another anycast address. Returns the number of
 * that, %ANYCAST6_RECALL_UNICAST if the kernel's choice is right for its answers, and
 * %ANYCAST6_RECALL_NONE if there is no room.
 */
static u8 number_address(struct anycast6_peers *peers,
			 const struct anycast6_arrival *arrival,
			 const struct anycast6_peer_question *question,
			 struct anycast6_peer *peer)
{
	struct anycast6_group *group = question->group;
	u8 own;

	if (!needs_memory(peers, arrival, question->key, question->hash, group))
		return ANYCAST6_RECALL_UNICAST;
	own = anycast6_peer_add_group(peers, peer, question->hash, group);
	if (own == ANYCAST6_RECALL_NONE)
		anycast6_tally_add(group->replies, ANYCAST6_REPLY_FORGOTTEN);
	return own;
}

/* One more question of a flow that is remembered. */
static void ask_again(struct anycast6_peers *peers,
		      const struct anycast6_arrival *arrival,
		      const struct anycast6_peer_question *question,
		      struct anycast6_peer *peer)
{
	struct anycast6_group *group = question->group;
	u8 own = ANYCAST6_RECALL_UNICAST;

	if (group) {
		own = anycast6_peer_own(peer, group);
		if (own == ANYCAST6_RECALL_NONE)
			own = number_address(peers, arrival, question, peer);
		if (question->tracked && !READ_ONCE(peer->tracked))
			WRITE_ONCE(peer->tracked, true);
		if (unlikely(rcu_access_pointer(group->source)))
			remember_client(peers, question);
	}
	if (own != ANYCAST6_RECALL_NONE)
		anycast6_peer_ask(peers, peer, own, question->mark);
}

/* Whoever asks a unicast address, or a group of multicast, opens the flow, unless
 * this node has. Only what a socket takes is noted, so that packets to ports that
 * nobody serves push nothing out.
 */
static void note_came(struct anycast6_peers *peers,
		      const struct anycast6_arrival *arrival,
		      const struct anycast6_peer_key *key, u64 hash)
{
	struct anycast6_initiator_pair *notes =
		anycast6_peer_initiators(peers, hash);
	u32 tag = anycast6_peer_tag(hash), now = anycast6_peer_now();
	const struct sock *sk;

	if (anycast6_opened_has(anycast6_peer_opened(peers, hash), tag, now)) {
		anycast6_initiator_set(notes, tag, ANYCAST6_INITIATOR_OWN, now);
		return;
	}
	sk = find_taker(arrival->skb, key);
	if (!sk || !is_intact(arrival, sk))
		return;
	if (anycast6_socket_is_wildcard(sk) && !anycast6_socket_is_tunnel(sk))
		anycast6_initiator_came(notes, tag, now);
	else
		anycast6_initiator_set(notes, tag, ANYCAST6_INITIATOR_ANSWERED,
				       now);
}

/**
 * anycast6_question_remember() - remember what an answer to a packet will need
 * @host: the namespace's
 * @arrival: the packet, about to be delivered, past all filters
 * @group: the anycast address that it came to, or NULL
 *
 * A packet to a unicast address or to a group of multicast counts, too: if it
 * belongs to a flow that is remembered, an answer may be for that one. Else it shows
 * that the peer opened the flow.
 *
 * Context: RCU; softirq or process.
 */
void anycast6_question_remember(struct anycast6_host *host,
				const struct anycast6_arrival *arrival,
				struct anycast6_group *group)
{
	const struct sk_buff *skb = arrival->skb;
	struct anycast6_peers *peers = host->peers;
	struct anycast6_peer_key key;
	struct anycast6_peer_question question = {
		.key = &key,
		.group = group,
		.tracked = skb_nfct(skb),
	};
	struct anycast6_peer *peer;

	/* a socket that has the packet already is connected, or has chosen an
	 * address
	 */
	if (skb->sk || !set_peer_key(arrival, &key))
		return;
	question.hash = anycast6_peer_hash(peers, &key);
	peer = anycast6_peer_find(peers, &key, question.hash);
	if (peer || group)
		question.mark = anycast6_peer_mark(skb, data_offset(arrival));
	if (peer)
		ask_again(peers, arrival, &question, peer);
	else if (group)
		remember_first(peers, arrival, &question);
	else if (key.proto != IPPROTO_ICMPV6)
		note_came(peers, arrival, &key, question.hash);
}
