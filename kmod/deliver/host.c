// SPDX-License-Identifier: GPL-2.0
/*
 * What a namespace with local members has, and others have not: which addresses
 * they are, and who asked for one. Knows nothing of packets.
 */
#include "deliver/host.h"
#include "deliver/peers.h"
#include "net.h"
#include "object/group.h"

/**
 * anycast6_host() - what a namespace with local members has
 * @an: the namespace
 *
 * Context: process, under @an->lock.
 * Return: it, or NULL without local members.
 */
struct anycast6_host *anycast6_host(struct anycast6_net *an)
{
	return rcu_dereference_protected(an->host, lockdep_is_held(&an->lock));
}

/**
 * anycast6_host_serve() - an address has a local member, its first
 * @an: the namespace
 * @group: the address
 *
 * Context: process, under @an->lock.
 */
void anycast6_host_serve(struct anycast6_net *an, struct anycast6_group *group)
{
	anycast6_bloom_set_add(an, &anycast6_host(an)->addresses, group);
}

/**
 * anycast6_host_unserve() - an address has lost its last local member
 * @an: the namespace
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
 * @addr: the address
 * @domain: as of struct anycast6_key
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
	/* pairs with serve_group() */
	return group && smp_load_acquire(&group->locals) ? group : NULL;
}
