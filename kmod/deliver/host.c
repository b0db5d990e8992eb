// SPDX-License-Identifier: GPL-2.0
/*
 * The state that a namespace has only while it has local members: the addresses
 * that have some, and the peers that asked one. Knows no packets.
 */
#include "deliver/host.h"
#include "net.h"
#include "object/group.h"

/**
 * anycast6_host() - the host state of a namespace
 * @an: the namespace
 *
 * Context: process, under @an->lock.
 * Return: the state, or NULL without local members.
 */
struct anycast6_host *anycast6_host(struct anycast6_net *an)
{
	return rcu_dereference_protected(an->host, lockdep_is_held(&an->lock));
}

/**
 * anycast6_host_serve() - let packets to an address pass the Bloom filter
 * @an: the namespace
 * @group: the address, which has its first local member
 *
 * Context: process, under @an->lock.
 */
void anycast6_host_serve(struct anycast6_net *an, struct anycast6_group *group)
{
	anycast6_bloom_set_add(an, &anycast6_host(an)->addresses, group);
}

/**
 * anycast6_host_unserve() - count an address out of the Bloom filter
 * @an: the namespace
 *
 * Called when an address has lost its last local member. Its bits stay until
 * the filter is rebuilt.
 *
 * Context: process, under @an->lock.
 */
void anycast6_host_unserve(struct anycast6_net *an)
{
	anycast6_bloom_set_remove(an, &anycast6_host(an)->addresses);
}

/**
 * anycast6_host_find() - find an address that has local members
 * @host: the namespace's
 * @addr: the address, network order
 * @domain: as in struct anycast6_key
 *
 * Context: RCU.
 * Return: the address, or NULL.
 */
struct anycast6_group *anycast6_host_find(const struct anycast6_host *host,
					  const struct in6_addr *addr,
					  u32 domain)
{
	const struct anycast6_key key = { .addr = *addr, .domain = domain };
	struct anycast6_group *group;

	group = anycast6_group_find(host->an, &key);
	/* pairs with serve_group() in reconcile/attach.c */
	return group && smp_load_acquire(&group->locals) ? group : NULL;
}
