// SPDX-License-Identifier: GPL-2.0
/*
 * Questions: decides which packets to this node belong to a flow that must be
 * remembered, so that answers get the right source. Knows which socket would
 * answer, not what becomes of the answer.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
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

/* Returns whether a socket would get the packet that leaves its source to the
 * routes. Bound and connected sockets have their source already; tunnels are
 * left alone, as they open flows by themselves.
 */
static bool will_answer(const struct sk_buff *skb,
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
	const struct sock *sk;

	sk = anycast6_socket_find(dev_net(skb->dev), &query);
	return sk && anycast6_socket_is_wildcard(sk);
}

/* Returns whether an answer would leave with a wrong source if the flow were
 * not remembered.
 */
static bool needs_memory(const struct sk_buff *skb,
			 const struct anycast6_peer_key *key,
			 const struct anycast6_group *group)
{
	const struct anycast6_source *source;

	if (key->proto != IPPROTO_ICMPV6)
		return anycast6_watch_has_service(group, key->proto,
						  ntohs(key->local)) &&
		       will_answer(skb, key);
	/* The kernel sends echo replies from a unicast address. That is wrong
	 * if another source is configured, or if connection tracking, which
	 * saw the request, would call the reply invalid.
	 */
	source = rcu_dereference(group->source);
	return skb_nfct(skb) ||
	       (source && source->mode != ANYCAST6_SOURCE_MODE_UNICAST);
}

/* Returns false if the flow is not remembered, or if another flow was forgotten
 * for it.
 */
static bool remember_peer(struct anycast6_peers *peers,
			  const struct sk_buff *skb,
			  const struct anycast6_peer_key *key, u64 hash,
			  struct anycast6_group *group)
{
	/* This node opened the flow: a forged packet must not make this node's
	 * own packets leave from the anycast address.
	 */
	if (anycast6_initiator_read(anycast6_peer_initiators(peers, hash),
				    anycast6_peer_tag(hash),
				    anycast6_peer_now()) ==
	    ANYCAST6_INITIATOR_OWN) {
		anycast6_tally_add(group->replies, ANYCAST6_REPLY_OWN);
		return false;
	}
	if (!needs_memory(skb, key, group))
		return false;
	/* else anycast6_fast_path() would let the answers pass */
	anycast6_initiator_drop(anycast6_peer_initiators(peers, hash),
				anycast6_peer_tag(hash), anycast6_peer_now());
	if (anycast6_peer_remember(peers, key, hash, group, skb_nfct(skb)))
		return true;
	anycast6_tally_add(group->replies, ANYCAST6_REPLY_FORGOTTEN);
	return false;
}

/* The flow's last packet did not come to the address that is remembered. */
static void set_elsewhere(struct anycast6_peer *peer)
{
	if (!READ_ONCE(peer->elsewhere))
		WRITE_ONCE(peer->elsewhere, true);
}

static void refresh_peer(struct anycast6_peer *peer, bool tracked)
{
	if (READ_ONCE(peer->used) != (u32)jiffies)
		WRITE_ONCE(peer->used, jiffies);
	if (READ_ONCE(peer->elsewhere))
		WRITE_ONCE(peer->elsewhere, false);
	if (tracked && !READ_ONCE(peer->tracked))
		WRITE_ONCE(peer->tracked, true);
}

/**
 * anycast6_question_remember() - remember what an answer to a packet will need
 * @host: the namespace's
 * @arrival: the packet, about to be delivered, past all filters
 * @group: the anycast address that it came to, or NULL
 *
 * A packet to a unicast address counts, too: if it belongs to a flow that is
 * remembered, the next answer is for that address. Else it shows that the peer
 * opened the flow.
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
	struct anycast6_peer *peer;
	u64 hash;

	/* a socket that has the packet already is connected, or has chosen an
	 * address
	 */
	if (skb->sk || !set_peer_key(arrival, &key))
		return;
	hash = anycast6_peer_hash(peers, &key);
	peer = anycast6_peer_find(peers, &key, hash);
	if (peer && anycast6_peer_is_over(peer))
		peer = NULL;

	if (peer && (!group || peer->group == group)) {
		if (group)
			refresh_peer(peer, skb_nfct(skb));
		else
			set_elsewhere(peer);
	} else if (group) {
		if (!remember_peer(peers, skb, &key, hash, group) && peer)
			set_elsewhere(peer);
	} else if (key.proto != IPPROTO_ICMPV6) {
		anycast6_initiator_came(anycast6_peer_initiators(peers, hash),
					anycast6_peer_tag(hash),
					anycast6_peer_now());
	}
}
