// SPDX-License-Identifier: GPL-2.0
/*
 * Where members and addresses are made and destroyed.
 * Knows the order of the steps, not what each of them does.
 */
#include <linux/slab.h>

#include <uapi/linux/anycast6.h>

#include "kernel/daemon_route.h"
#include "kernel/link.h"
#include "lib/addr.h"
#include "lib/history.h"
#include "lib/select.h"
#include "message/notify.h"
#include "net.h"
#include "object/damper.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/lease.h"
#include "object/mark.h"
#include "object/member.h"
#include "object/origin.h"
#include "object/watch.h"
#include "probe/probing.h"
#include "reconcile/address.h"
#include "reconcile/attach.h"
#include "reconcile/domain.h"
#include "reconcile/elect.h"
#include "reconcile/lifecycle.h"
#include "reconcile/publish.h"
#include "reconcile/reply_source.h"

static int insert_group(struct anycast6_net *an, struct anycast6_group *group)
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
 * @key: the address and its domain; there is no such address yet
 * @scope: where its members live (RFC 4291 section 2.6)
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: the address, or an ERR_PTR(): %-E2BIG at the limit, %-ENOMEM, or what
 * anycast6_domain_get() said, %-ENODEV without the VRF.
 */
struct anycast6_group *
anycast6_group_create(struct anycast6_net *an, const struct anycast6_key *key,
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
	err = insert_group(an, group);
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
 * anycast6_group_destroy() - remove an address
 * @an: the namespace
 * @group: the address, which has no members; freed after a grace period
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

	anycast6_address_release(an, group);
	anycast6_domain_put(an, group->domain);
	anycast6_group_put(group);
}

/* Returns the lease that @options want: the one that is there, a new one, or
 * NULL for none; or an ERR_PTR().
 */
static struct anycast6_lease *
prepare_lease(struct anycast6_net *an, struct anycast6_member *member,
	      const struct anycast6_options *options, bool keep)
{
	struct anycast6_lease *lease = anycast6_member_lease(an, member);

	if (!options->has_lifetime && keep)
		return lease;
	if (!options->lifetime)
		return NULL;
	return lease ? : anycast6_lease_alloc(an, member->group) ? :
			 ERR_PTR(-ENOMEM);
}

/* A lifetime that is named begins anew, even if it is the same as before. */
static void set_lease(struct anycast6_net *an, struct anycast6_member *member,
		      struct anycast6_lease *lease,
		      const struct anycast6_options *options)
{
	struct anycast6_lease *old = anycast6_member_lease(an, member);

	if (lease && options->has_lifetime)
		anycast6_lease_begin(lease, options->lifetime,
				     anycast6_lease_expiry(options->lifetime));
	if (lease == old)
		return;
	rcu_assign_pointer(member->lease, lease);
	anycast6_lease_end(old);
}

/**
 * anycast6_member_set() - change the options of a member
 * @an: the namespace
 * @member: the member
 * @options: the options
 * @keep: keep what @options do not name, else reset it
 *
 * Flows stay with their members. The state does not change here, though a lease
 * or services may call for it: the caller reconciles the address.
 *
 * Context: process, under @an->lock.
 * Return: 0 or %-ENOMEM, and then nothing has changed.
 */
int anycast6_member_set(struct anycast6_net *an, struct anycast6_member *member,
			const struct anycast6_options *options, bool keep)
{
	struct anycast6_lease *lease;
	int changed;

	lockdep_assert_held(&an->lock);

	lease = prepare_lease(an, member, options, keep);
	if (IS_ERR(lease))
		return PTR_ERR(lease);
	changed = anycast6_traits_set(&member->traits, options, keep);
	if (changed < 0) {
		if (lease != anycast6_member_lease(an, member))
			anycast6_lease_end(lease);
		return changed;
	}
	set_lease(an, member, lease, options);
	anycast6_watch_settle(an, member);
	if (!changed)
		return 0;
	anycast6_net_changed(an);
	if (member->told)
		anycast6_notify_member(an, ANYCAST6_CMD_CHANGED, member);
	return 0;
}

static u64 seed_of(const struct anycast6_blueprint *blueprint)
{
	const struct in6_addr *via = blueprint->via;

	if (!via)
		return anycast6_select_seed(&in6addr_any,
					    blueprint->link->ifindex);
	/* the same on every node: only a link-local @via needs the index */
	return anycast6_select_seed(via, anycast6_addr_is_linklocal(via) ?
					 blueprint->link->ifindex : 0);
}

/* Frees a member at once: no reader under RCU has seen it. */
static void discard_member(struct anycast6_net *an,
			   struct anycast6_member *member)
{
	anycast6_watch_leave(an, member);
	anycast6_lease_end(anycast6_member_lease(an, member));
	anycast6_member_free(member);
}

static struct anycast6_member *
allocate_member(struct anycast6_net *an, struct anycast6_group *group,
		const struct anycast6_blueprint *blueprint)
{
	struct anycast6_member *member;

	member = kzalloc(sizeof(*member), GFP_KERNEL_ACCOUNT);
	if (!member)
		return NULL;
	refcount_inc(&group->refcnt);
	member->group = group;
	member->link = blueprint->link;
	member->identity.ifindex = blueprint->link->own ?
				   0 : blueprint->link->ifindex;
	if (blueprint->via)
		member->identity.via = *blueprint->via;
	member->seed = seed_of(blueprint);
	member->draining = blueprint->draining;
	member->state = ANYCAST6_STATE_DOWN;
	refcount_set(&member->refcnt, 1);
	INIT_LIST_HEAD(&member->of_entry);
	anycast6_damper_init(&member->damper);
	member->damper.fell = blueprint->fell;
	member->damper.back = blueprint->back;
	anycast6_history_begin(&member->history, ANYCAST6_STATE_DOWN, false);
	/* flows that it claims do not end before it has come up */
	anycast6_history_note_gone(&member->history, true);
	INIT_LIST_HEAD(&member->of_watch);

	member->stats = anycast6_stats_alloc(GFP_KERNEL_ACCOUNT);
	if (!member->stats ||
	    anycast6_member_set(an, member, &blueprint->options, false)) {
		discard_member(an, member);
		return NULL;
	}
	return member;
}

/**
 * anycast6_member_create() - add a member to an address, down for now
 * @an: the namespace
 * @group: the address, which does not have it yet
 * @blueprint: what it is made of
 *
 * The caller reconciles the address, which decides the state, and then calls
 * anycast6_member_tell().
 *
 * Context: process, under @an->lock; may wait for a grace period.
 * Return: the member, or an ERR_PTR(): %-ENOSPC at the limit, %-ENOMEM, or what
 * anycast6_attach() said.
 */
struct anycast6_member *
anycast6_member_create(struct anycast6_net *an, struct anycast6_group *group,
		       const struct anycast6_blueprint *blueprint)
{
	struct anycast6_member *member;
	struct anycast6_lease *lease;
	int err;

	lockdep_assert_held(&an->lock);

	if (an->used.members >= READ_ONCE(an->limits.members))
		return ERR_PTR(-ENOSPC);

	member = allocate_member(an, group, blueprint);
	if (!member)
		return ERR_PTR(-ENOMEM);
	err = anycast6_attach(an, member, blueprint);
	if (err) {
		discard_member(an, member);
		return ERR_PTR(err);
	}
	lease = anycast6_member_lease(an, member);
	if (lease && blueprint->expires)
		anycast6_lease_begin(lease, lease->lifetime,
				     blueprint->expires);
	if (blueprint->entry) {
		RCU_INIT_POINTER(member->entry, blueprint->entry);
		anycast6_entry_attach(an, blueprint->entry, member);
	}
	member->link->users++;
	list_add_tail(&member->on_link, &member->link->members);
	list_add_tail_rcu(&member->node, &group->members);
	an->used.members++;
	anycast6_net_changed(an);
	return member;
}

/**
 * anycast6_member_tell() - tell listeners of a new member
 * @an: the namespace
 * @member: the member, with its first state; its changes are told from now on
 *
 * Context: process, under @an->lock.
 */
void anycast6_member_tell(struct anycast6_net *an,
			  struct anycast6_member *member)
{
	lockdep_assert_held(&an->lock);
	member->told = true;
	anycast6_notify_member(an, ANYCAST6_CMD_ADDED, member);
}

/**
 * anycast6_member_destroy() - remove a member, and its address with the last
 * @an: the namespace
 * @member: the member; freed after a grace period, when its last flow is gone
 *
 * The order matters. Listeners are told while the member is whole. Then new
 * packets stop finding it, and its probes end. Its routes are withdrawn before
 * the address is let go: what arrives until routing has converged is delivered.
 *
 * Context: process, under @an->lock; takes RTNL and may wait for a grace
 * period.
 */
void anycast6_member_destroy(struct anycast6_net *an,
			     struct anycast6_member *member)
{
	struct anycast6_entry *entry = anycast6_member_entry(an, member);
	struct anycast6_group *group = member->group;
	struct anycast6_lease *lease;
	bool told = member->told;

	lockdep_assert_held(&an->lock);

	if (told)
		anycast6_notify_member(an, ANYCAST6_CMD_DELETED, member);
	WRITE_ONCE(member->state, ANYCAST6_STATE_DOWN);
	member->died = jiffies;
	/* pairs with anycast6_claim_is_over() in steer/claim.c */
	smp_store_release(&member->dead, true);
	list_del_rcu(&member->node);
	list_del(&member->on_link);
	anycast6_watch_leave(an, member);
	if (entry)
		anycast6_entry_detach(an, entry, member);
	an->used.members--;
	anycast6_net_changed(an);
	lease = rcu_replace_pointer(member->lease, NULL,
				    lockdep_is_held(&an->lock));
	anycast6_lease_end(lease);
	anycast6_damper_end(&member->damper);
	anycast6_probing_end(an, member);
	anycast6_elect_leave(an, member);

	anycast6_publish_review(an, group);
	anycast6_daemon_routes_send(an);
	anycast6_delivery_release(an, &member->held, &group->key.addr);
	anycast6_detach(an, member);
	anycast6_link_put(an, member->link);
	anycast6_member_put(member);

	if (list_empty(&group->members)) {
		if (told)
			anycast6_notify_group(an, ANYCAST6_CMD_DELETED, group);
		anycast6_group_destroy(an, group);
	} else {
		/* a member that was refused has not changed the source */
		if (entry && told)
			anycast6_entry_settle_source(an, group);
		/* without a configured member, entries say what holds */
		if (anycast6_origin_entry(group, NULL))
			anycast6_group_forget(group);
		/* the other members may need less, or now answer instead */
		anycast6_mark_group(an, group);
	}
}

/**
 * anycast6_member_make_static() - let a member outlive the entry that made it
 * @an: the namespace
 * @member: the member; nothing happens if it was configured
 *
 * Context: process, under @an->lock.
 */
void anycast6_member_make_static(struct anycast6_net *an,
				 struct anycast6_member *member)
{
	struct anycast6_entry *entry = anycast6_member_entry(an, member);

	lockdep_assert_held(&an->lock);

	if (!entry)
		return;
	anycast6_entry_detach(an, entry, member);
	RCU_INIT_POINTER(member->entry, NULL);
	anycast6_net_changed(an);
	anycast6_notify_member(an, ANYCAST6_CMD_CHANGED, member);
	anycast6_entry_settle_source(an, member->group);
}
