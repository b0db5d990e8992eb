/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state that a namespace has only while it has local members: the addresses
 * that have some, and the peers that asked one. Knows no packets.
 */
#ifndef ANYCAST6_HOST_H
#define ANYCAST6_HOST_H

#include <linux/netfilter.h>
#include <net/ipv6.h>

#include "lib/bloom.h"
#include "object/bloom_set.h"

struct anycast6_group;
struct anycast6_net;
struct anycast6_peers;

/**
 * struct anycast6_host - a namespace with local members
 * @an: the namespace, constant
 * @hooks: the input hook, then those of output; each has the host as its priv
 * @users: how many local members there are; an->lock
 * @addresses: Bloom filter of the addresses that have local members
 * @peers: which address each peer's flow came to; constant
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
 * anycast6_host_may_hold() - whether an address may have local members
 * @host: the namespace's
 * @addr: the address, network order
 *
 * All packets of the namespace pay for this, so it must stay inline.
 *
 * Context: RCU.
 * Return: false if it has none; true may be wrong, see lib/bloom.h.
 */
static inline bool anycast6_host_may_hold(const struct anycast6_host *host,
					  const struct in6_addr *addr)
{
	return anycast6_bloom_passes(rcu_dereference(host->addresses.bloom),
				     addr);
}

#endif
