// SPDX-License-Identifier: GPL-2.0
/*
 * Anycast addresses: a group of members under one address in one routing
 * domain. Knows its members as a list, and nothing of how they work.
 */
#include <linux/slab.h>

#include <uapi/linux/anycast6.h>

#include "domain.h"
#include "group.h"
#include "host.h"
#include "link.h"
#include "member.h"
#include "mend.h"
#include "net.h"
#include "notify.h"
#include "router.h"
#include "source.h"
#include "tally.h"

const struct rhashtable_params anycast6_group_params = {
	.head_offset = offsetof(struct anycast6_group, node),
	.key_offset = offsetof(struct anycast6_group, key),
	.key_len = sizeof(struct anycast6_key),
	.automatic_shrinking = true,
};

/**
 * anycast6_group_find() - find an address
 * @an: the namespace
 * @key: the address and its domain
 *
 * Context: RCU, or under @an->lock.
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

static void free_rcu(struct rcu_head *head)
{
	struct anycast6_group *group =
		container_of(head, struct anycast6_group, rcu);

	anycast6_source_free(&group->source);
	free_percpu(group->replies);
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
		call_rcu(&group->rcu, free_rcu);
}

static int insert(struct anycast6_net *an, struct anycast6_group *group)
{
	int err;

	err = xa_alloc_cyclic(&an->ids, &group->id, group, xa_limit_32b,
			      &an->next_id, GFP_KERNEL_ACCOUNT);
	if (err < 0)
		return err;
	err = rhashtable_insert_fast(&an->groups, &group->node,
				     anycast6_group_params);
	if (err)
		xa_erase(&an->ids, group->id);
	return err;
}

/**
 * anycast6_group_create() - make an address, without members yet
 * @an: the namespace
 * @key: the address and its domain, which is not there yet
 * @scope: where its members live
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: the address, or an ERR_PTR(): %-E2BIG beyond the limit, %-ENODEV
 * without its VRF, %-ENOMEM.
 */
struct anycast6_group *anycast6_group_create(struct anycast6_net *an,
					     const struct anycast6_key *key,
					     const struct anycast6_prefix *scope)
{
	bool linklocal = anycast6_addr_is_linklocal(&key->addr);
	struct anycast6_group *group;
	int err;

	lockdep_assert_held(&an->lock);

	if (an->used.addresses >= READ_ONCE(an->limits.addresses))
		return ERR_PTR(-E2BIG);

	group = kzalloc(sizeof(*group), GFP_KERNEL_ACCOUNT);
	if (!group)
		return ERR_PTR(-ENOMEM);
	group->key = *key;
	group->scope = *scope;
	refcount_set(&group->refcnt, 1);
	INIT_LIST_HEAD(&group->members);
	spin_lock_init(&group->lock);

	group->domain = anycast6_domain_get(an, linklocal ? 0 : key->domain);
	if (IS_ERR(group->domain)) {
		err = PTR_ERR(group->domain);
		goto free_group;
	}
	err = insert(an, group);
	if (err)
		goto put_domain;

	an->used.addresses++;
	return group;

put_domain:
	anycast6_domain_put(an, group->domain);
free_group:
	kfree(group);
	return ERR_PTR(err);
}

/**
 * anycast6_group_destroy() - remove an address that has no members
 * @an: the namespace
 * @group: the address
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_group_destroy(struct anycast6_net *an,
			    struct anycast6_group *group)
{
	lockdep_assert_held(&an->lock);
	WARN_ON_ONCE(!list_empty(&group->members));

	rhashtable_remove_fast(&an->groups, &group->node,
			       anycast6_group_params);
	xa_erase(&an->ids, group->id);
	an->used.addresses--;
	if (rcu_access_pointer(group->source))
		WRITE_ONCE(an->sources, an->sources - 1);

	anycast6_mend_undo(an, group);
	anycast6_domain_put(an, group->domain);
	anycast6_group_put(group);
}

/**
 * anycast6_group_get_scope() - read the scope
 * @group: the address
 * @scope: result
 *
 * Context: any that keeps @group.
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

static bool is_known(const struct anycast6_group *group)
{
	const struct anycast6_member *member;

	list_for_each_entry(member, &group->members, node)
		if (member->known)
			return true;
	return false;
}

/**
 * anycast6_group_change_source() - change what answers carry, and tell nobody
 * @an: the namespace
 * @group: the address
 * @source: the reply source, which stays the caller's; NULL for
 *          ANYCAST6_SOURCE_MODE_AUTO
 *
 * Context: process, under @an->lock.
 * Return: whether it is another one than before.
 */
bool anycast6_group_change_source(struct anycast6_net *an,
				  struct anycast6_group *group,
				  struct anycast6_source *source)
{
	int more = !!source - !!rcu_access_pointer(group->source);

	lockdep_assert_held(&an->lock);

	WRITE_ONCE(an->sources, an->sources + more);
	return anycast6_source_set(an, &group->source, source);
}

/**
 * anycast6_group_set_source() - change what answers carry
 * @an: the namespace
 * @group: the address
 * @source: the reply source, which stays the caller's; NULL for
 *          ANYCAST6_SOURCE_MODE_AUTO
 *
 * Listeners are told, if it is another one, and if they know the address.
 *
 * Context: process, under @an->lock.
 */
void anycast6_group_set_source(struct anycast6_net *an,
			       struct anycast6_group *group,
			       struct anycast6_source *source)
{
	lockdep_assert_held(&an->lock);

	if (!anycast6_group_change_source(an, group, source))
		return;
	anycast6_net_changed(an);
	if (is_known(group))
		anycast6_notify_group(an, ANYCAST6_CMD_CHANGED, group);
}

/* It stays when the members that need it go: readers may be late. */
static bool has_tally(struct anycast6_tally __percpu **tally)
{
	if (!*tally)
		*tally = alloc_percpu_gfp(struct anycast6_tally,
					  GFP_KERNEL_ACCOUNT);
	return *tally;
}

/**
 * anycast6_group_serve() - an address has one more local member
 * @an: the namespace, with its host
 * @group: the address
 *
 * Context: process, under @an->lock.
 * Return: 0 or %-ENOMEM.
 */
int anycast6_group_serve(struct anycast6_net *an, struct anycast6_group *group)
{
	lockdep_assert_held(&an->lock);

	if (!has_tally(&group->replies))
		return -ENOMEM;
	/* who sees that it is served, sees where to count */
	smp_store_release(&group->locals, group->locals + 1);
	if (group->locals == 1)
		anycast6_host_serve(an, group);
	return 0;
}

/**
 * anycast6_group_unserve() - an address has one local member less
 * @an: the namespace, with its host
 * @group: the address
 *
 * Context: process, under @an->lock.
 */
void anycast6_group_unserve(struct anycast6_net *an,
			    struct anycast6_group *group)
{
	lockdep_assert_held(&an->lock);

	WRITE_ONCE(group->locals, group->locals - 1);
	if (!group->locals)
		anycast6_host_unserve(an);
}

/**
 * anycast6_group_steer() - an address has one more remote member
 * @an: the namespace, with its router
 * @group: the address
 *
 * Context: process, under @an->lock.
 * Return: 0 or %-ENOMEM.
 */
int anycast6_group_steer(struct anycast6_net *an, struct anycast6_group *group)
{
	lockdep_assert_held(&an->lock);

	if (!has_tally(&group->misses))
		return -ENOMEM;
	/* who sees that it is steered, sees where to count */
	smp_store_release(&group->remotes, group->remotes + 1);
	if (group->remotes == 1)
		anycast6_router_steer(an, group);
	return 0;
}

/**
 * anycast6_group_unsteer() - an address has one remote member less
 * @an: the namespace, with its router
 * @group: the address
 *
 * Context: process, under @an->lock.
 */
void anycast6_group_unsteer(struct anycast6_net *an,
			    struct anycast6_group *group)
{
	lockdep_assert_held(&an->lock);

	WRITE_ONCE(group->remotes, group->remotes - 1);
	if (!group->remotes)
		anycast6_router_unsteer(an);
}

/**
 * anycast6_group_forget() - what was said of an address holds no more
 * @group: the address, whose last configured member is gone: its entries decide
 *
 * The source is not said of the address then, see anycast6_entry_settle_source().
 *
 * Context: process, under an->lock.
 */
void anycast6_group_forget(struct anycast6_group *group)
{
	WRITE_ONCE(group->hold, 0);
	anycast6_announce_forget(&group->published.option);
}

/**
 * anycast6_group_is_linklocal() - whether the address is one of a link
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
 * anycast6_group_shown_vrf() - the VRF that an address counts to for people
 * @group: the address
 *
 * Context: RCU, or under an->lock.
 * Return: interface index of the VRF, of a link-local address that of its link; 0
 * outside VRFs.
 */
u32 anycast6_group_shown_vrf(const struct anycast6_group *group)
{
	const struct anycast6_member *member;
	u32 vrf = 0;

	if (!anycast6_group_is_linklocal(group))
		return group->key.domain;
	rcu_read_lock();
	/* all of them are on that link */
	list_for_each_entry_rcu(member, &group->members, node) {
		vrf = READ_ONCE(member->link->vrf);
		break;
	}
	rcu_read_unlock();
	return vrf;
}
