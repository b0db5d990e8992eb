// SPDX-License-Identifier: GPL-2.0
/*
 * What a namespace with remote members has, and others have not: which addresses
 * they are, and their flows. Knows nothing of packets.
 */
#include "net.h"
#include "object/group.h"
#include "steer/router.h"
#include "way/nexthop.h"

/**
 * anycast6_router() - what a namespace with remote members has
 * @an: the namespace
 *
 * Context: process, under @an->lock.
 * Return: it, or NULL without remote members.
 */
struct anycast6_router *anycast6_router(struct anycast6_net *an)
{
	return rcu_dereference_protected(an->router,
					 lockdep_is_held(&an->lock));
}

/**
 * anycast6_router_sweep() - forget the flows of what is steered no longer
 * @an: the namespace
 *
 * Context: process, under @an->lock.
 */
void anycast6_router_sweep(struct anycast6_net *an)
{
	struct anycast6_router *router = anycast6_router(an);

	if (!router)
		return;
	set_bit(ANYCAST6_ROUTER_SWEEP, &router->flags);
	mod_delayed_work(anycast6_wq, &router->upkeep, 0);
}

/**
 * anycast6_router_steer() - an address has a remote member, its first
 * @an: the namespace
 * @group: the address
 *
 * Context: process, under @an->lock.
 */
void anycast6_router_steer(struct anycast6_net *an,
			   struct anycast6_group *group)
{
	anycast6_bloom_set_add(an, &anycast6_router(an)->addresses, group);
}

/**
 * anycast6_router_unsteer() - an address has lost its last remote member
 * @an: the namespace
 *
 * Context: process, under @an->lock.
 */
void anycast6_router_unsteer(struct anycast6_net *an)
{
	anycast6_bloom_set_remove(an, &anycast6_router(an)->addresses);
	anycast6_router_sweep(an);
}
