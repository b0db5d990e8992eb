/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a namespace with local members has, and others have not: which addresses
 * they are, and who asked for one. Knows nothing of packets.
 */
#ifndef ANYCAST6_HOST_H
#define ANYCAST6_HOST_H

#include <linux/netfilter.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "lib/bloom.h"
#include "object/bloom_set.h"

struct anycast6_group;
struct anycast6_net;
struct anycast6_peers;

/**
 * struct anycast6_host - a namespace with local members
 * @an: the namespace, constant
 * @hooks: those of input and output, which get the host with each packet
 * @users: local members; an->lock
 * @addresses: the addresses that have some
 * @peers: who asked which address
 */
struct anycast6_host {
	struct anycast6_net *an;
	struct nf_hook_ops hooks[3];
	unsigned int users;
	struct anycast6_bloom_set addresses;
	struct anycast6_peers *peers;
};

void anycast6_host_serve(struct anycast6_net *an, struct anycast6_group *group);
void anycast6_host_unserve(struct anycast6_net *an);
struct anycast6_group *anycast6_host_find(const struct anycast6_host *host,
					  const struct in6_addr *addr,
					  u32 domain);
struct anycast6_host *anycast6_host(struct anycast6_net *an);

/**
 * anycast6_host_may_hold() - a quick no to addresses without local members
 * @host: the namespace's
 * @addr: the address
 *
 * Context: RCU.
 */
static inline bool anycast6_host_may_hold(const struct anycast6_host *host,
					  const struct in6_addr *addr)
{
	return anycast6_bloom_passes(rcu_dereference(host->addresses.bloom),
				     addr);
}

/**
 * anycast6_host_is_wildcard() - whether routes choose the source of what a UDP
 * socket sends
 * @sk: the socket
 *
 * Tunnels don't count.
 *
 * Context: any that keeps @sk.
 */
static inline bool anycast6_host_is_wildcard(const struct sock *sk)
{
	return sk->sk_family == AF_INET6 && sk->sk_state != TCP_ESTABLISHED &&
	       ipv6_addr_any(&sk->sk_v6_rcv_saddr) &&
	       !READ_ONCE(udp_sk(sk)->encap_type);
}

#endif
