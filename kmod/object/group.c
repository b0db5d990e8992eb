// SPDX-License-Identifier: GPL-2.0
/*
 * Anycast addresses: a group of members under one address in one routing
 * domain. Knows of its members the link that they are on, and not their states.
 */
#include <linux/slab.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "object/source.h"

const struct rhashtable_params anycast6_group_params = {
	.head_offset = offsetof(struct anycast6_group, node),
	.key_offset = offsetof(struct anycast6_group, key),
	.key_len = sizeof(struct anycast6_key),
	.automatic_shrinking = true,
};

/**
 * anycast6_group_find() - find an address
 * @an: the namespace
 * @key: the address, network order, and its domain
 *
 * Context: RCU, or under @an->lock, which the result needs, too.
 * Return: the address, or NULL.
 */
struct anycast6_group *anycast6_group_find(struct anycast6_net *an,
					   const struct anycast6_key *key)
{
	struct anycast6_group *group;

	rcu_read_lock();
	group = rhashtable_lookup(&an->groups, key, anycast6_group_params);
	rcu_read_unlock();
	return group;
}

static void free_group_rcu(struct rcu_head *head)
{
	struct anycast6_group *group =
		container_of(head, struct anycast6_group, rcu);

	anycast6_source_free(&group->source);
	anycast6_pinning_free(&group->pinning);
	free_percpu(group->replies);
	free_percpu(group->evictions);
	free_percpu(group->misses);
	kfree(group);
}

/**
 * anycast6_group_put() - drop a reference
 * @group: the address, freed with the last one after a grace period
 *
 * Context: any.
 */
void anycast6_group_put(struct anycast6_group *group)
{
	if (refcount_dec_and_test(&group->refcnt))
		call_rcu(&group->rcu, free_group_rcu);
}

/**
 * anycast6_group_get_scope() - read the scope
 * @group: the address
 * @scope: result
 *
 * Context: process, RCU or under an->lock.
 */
void anycast6_group_get_scope(struct anycast6_group *group,
			      struct anycast6_prefix *scope)
{
	spin_lock(&group->lock);
	*scope = group->scope;
	spin_unlock(&group->lock);
}

/**
 * anycast6_group_set_scope() - change the scope
 * @an: the namespace
 * @group: the address
 * @scope: it contains the address and every member
 *
 * Context: process, under @an->lock.
 */
void anycast6_group_set_scope(struct anycast6_net *an,
			      struct anycast6_group *group,
			      const struct anycast6_prefix *scope)
{
	lockdep_assert_held(&an->lock);

	spin_lock(&group->lock);
	group->scope = *scope;
	spin_unlock(&group->lock);
}

/**
 * anycast6_scope_takes() - whether a remote member may be in a scope
 * @scope: the scope
 * @via: the member's unicast address, network order
 *
 * A link-local next hop does not tell where its member is, so it is in every
 * scope.
 *
 * Context: any.
 */
bool anycast6_scope_takes(const struct anycast6_prefix *scope,
			  const struct in6_addr *via)
{
	return anycast6_addr_is_linklocal(via) ||
	       anycast6_prefix_contains(scope, via);
}

/**
 * anycast6_group_forget() - forget what was configured of an address itself
 * @group: the address, which only entries make from now on
 *
 * The entries' hold times and announcements count then. Their reply source is
 * given to the address by anycast6_entry_settle_source(). Nothing is said of
 * flows: entries make no remote members.
 *
 * Context: process, under an->lock.
 */
void anycast6_group_forget(struct anycast6_group *group)
{
	WRITE_ONCE(group->hold_time, 0);
	anycast6_announce_forget(&group->published.option);
	anycast6_pinning_forget(&group->pinning);
}

/**
 * anycast6_group_is_linklocal() - whether an address is link-local
 * @group: the address
 *
 * Context: any that keeps @group.
 */
bool anycast6_group_is_linklocal(const struct anycast6_group *group)
{
	return anycast6_addr_is_linklocal(&group->key.addr);
}

/**
 * anycast6_group_vrf() - the VRF of an address
 * @group: the address
 *
 * Context: any that keeps @group.
 * Return: interface index of the VRF; 0 outside VRFs and for a link-local
 * address, whose domain is its link.
 */
u32 anycast6_group_vrf(const struct anycast6_group *group)
{
	return anycast6_group_is_linklocal(group) ? 0 : group->key.domain;
}

/**
 * anycast6_group_shown_vrf() - the VRF that users expect an address in
 * @group: the address
 *
 * Context: RCU, or under an->lock.
 * Return: interface index of the VRF, for a link-local address of the VRF that
 * its link is in; 0 outside VRFs.
 */
u32 anycast6_group_shown_vrf(const struct anycast6_group *group)
{
	const struct anycast6_member *member;
	u32 vrf = 0;

	if (!anycast6_group_is_linklocal(group))
		return group->key.domain;
	rcu_read_lock();
	/* all members of a link-local address are on its link */
	list_for_each_entry_rcu(member, &group->members, node) {
		vrf = READ_ONCE(member->link->vrf);
		break;
	}
	rcu_read_unlock();
	return vrf;
}
