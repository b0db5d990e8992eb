// SPDX-License-Identifier: GPL-2.0
/*
 * The state that a namespace has only while it has remote members, and for a
 * while after, as flows may be claimed again: the addresses that have some, and
 * their flows. Knows no packets.
 */
#include "net.h"
#include "steer/router.h"

/**
 * anycast6_router() - the router state of a namespace
 * @an: the namespace
 *
 * Context: process, under @an->lock.
 * Return: the state; NULL if there were no remote members for a while.
 */
struct anycast6_router *anycast6_router(struct anycast6_net *an)
{
	return rcu_dereference_protected(an->router,
					 lockdep_is_held(&an->lock));
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
 * anycast6_router_unsteer() - count an address out of the Bloom filter
 * @an: the namespace
 *
 * Called when an address has lost its last remote member.
 *
 * Context: process, under @an->lock.
 */
void anycast6_router_unsteer(struct anycast6_net *an)
{
	anycast6_bloom_set_remove(an, &anycast6_router(an)->addresses);
}
