// SPDX-License-Identifier: GPL-2.0
/*
 * The state that a namespace has only while it has remote members: the
 * addresses that have some, and their flows. Knows no packets.
 */
#include "net.h"
#include "steer/router.h"

/**
 * anycast6_router() - the router state of a namespace
 * @an: the namespace
 *
 * Context: process, under @an->lock.
 * Return: the state, or NULL without remote members.
 */
struct anycast6_router *anycast6_router(struct anycast6_net *an)
{
	return rcu_dereference_protected(an->router,
					 lockdep_is_held(&an->lock));
}

/**
 * anycast6_router_sweep() - have the flows of members that are gone forgotten
 * @an: the namespace; its upkeep does that soon
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
 * anycast6_router_steer() - let packets to an address pass the Bloom filter
 * @an: the namespace
 * @group: the address, which has its first remote member
 *
 * Context: process, under @an->lock.
 */
void anycast6_router_steer(struct anycast6_net *an,
			   struct anycast6_group *group)
{
	anycast6_bloom_set_add(an, &anycast6_router(an)->addresses, group);
}

/**
 * anycast6_router_unsteer() - count an address out of the Bloom filter, and
 * have its flows forgotten
 * @an: the namespace
 *
 * Called when an address has lost its last remote member.
 *
 * Context: process, under @an->lock.
 */
void anycast6_router_unsteer(struct anycast6_net *an)
{
	anycast6_bloom_set_remove(an, &anycast6_router(an)->addresses);
	anycast6_router_sweep(an);
}
