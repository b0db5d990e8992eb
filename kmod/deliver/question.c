// SPDX-License-Identifier: GPL-2.0
/*
 * Packets to this node that may be answered: what of them must be remembered.
 * Knows sockets only to see who would answer.
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
#include "lib/addr.h"
#include "lib/arrival.h"
#include "lib/tally.h"
#include "net.h"
#include "object/group.h"
#include "object/source.h"
#include "object/watch.h"

/* Returns whether it is a question that is answered without a connection. */
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

/* A socket that is bound or connected has its source. A tunnel's peers follow
 * wherever its packets come from, and it opens flows by itself.
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
	return sk && anycast6_host_is_wildcard(sk);
}

static bool needs_memory(const struct sk_buff *skb,
			 const struct anycast6_peer_key *key,
			 const struct anycast6_group *group)
{
	const struct anycast6_source *source;

	if (key->proto != IPPROTO_ICMPV6)
		return anycast6_watch_has_service(group, key->proto,
						  ntohs(key->local)) &&
		       will_answer(skb, key);
	/* the kernel answers from a unicast address, which connection tracking
	 * must not see
	 */
	source = rcu_dereference(group->source);
	return skb_nfct(skb) ||
	       (source && source->mode != ANYCAST6_SOURCE_MODE_UNICAST);
}

/* Returns false if it is not remembered, or another is no longer. */
static bool remember_peer(struct anycast6_peers *peers,
			  const struct sk_buff *skb,
			  const struct anycast6_peer_key *key, u64 hash,
			  struct anycast6_group *group)
{
	/* or whoever forges packets makes this node's own leave from there */
	if (anycast6_initiator_read(anycast6_peer_initiators(peers, hash),
				    anycast6_peer_tag(hash),
				    anycast6_peer_now()) ==
	    ANYCAST6_INITIATOR_OWN) {
		anycast6_tally_add(group->replies, ANYCAST6_REPLY_OWN);
		return false;
	}
	if (!needs_memory(skb, key, group))
		return false;
	anycast6_initiator_drop(anycast6_peer_initiators(peers, hash),
				anycast6_peer_tag(hash), anycast6_peer_now());
	if (anycast6_peer_remember(peers, key, hash, group, skb_nfct(skb)))
		return true;
	anycast6_tally_add(group->replies, ANYCAST6_REPLY_FORGOTTEN);
	return false;
}

/* Its last packet did not come to the address that is remembered. */
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
 * anycast6_question_remember() - a packet is about to be delivered
 * @host: the namespace's
 * @arrival: the packet, past all filters
 * @group: the anycast address it came to, or NULL
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

	/* somebody's who has chosen an address, or a connection's */
	if (skb->sk || !set_peer_key(arrival, &key))
		return;
	hash = anycast6_peer_hash(&key);
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
