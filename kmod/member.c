// SPDX-License-Identifier: GPL-2.0
/*
 * Members: the interfaces that hold an address.
 * Knows how one is made and ends, not how its state is decided.
 */
#include <linux/slab.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "elect.h"
#include "entry.h"
#include "group.h"
#include "host.h"
#include "lease.h"
#include "link.h"
#include "mark.h"
#include "member.h"
#include "net.h"
#include "nexthop.h"
#include "notice.h"
#include "notify.h"
#include "origin.h"
#include "probe.h"
#include "publish.h"
#include "router.h"
#include "select.h"
#include "watch.h"

/**
 * anycast6_member_entry() - the entry that made a member
 * @an: the namespace
 * @member: the member
 *
 * Context: process, under @an->lock.
 * Return: the entry, NULL if the member was configured.
 */
struct anycast6_entry *anycast6_member_entry(struct anycast6_net *an,
					     struct anycast6_member *member)
{
	return rcu_dereference_protected(member->entry,
					 lockdep_is_held(&an->lock));
}

/**
 * anycast6_member_lease() - the lease of a member
 * @an: the namespace
 * @member: the member
 *
 * Context: process, under @an->lock.
 * Return: the lease, NULL without one.
 */
struct anycast6_lease *anycast6_member_lease(struct anycast6_net *an,
					     const struct anycast6_member *member)
{
	return rcu_dereference_protected(member->lease,
					 lockdep_is_held(&an->lock));
}

/**
 * anycast6_member_find() - find a member
 * @an: the namespace
 * @group: the address
 * @ifindex: interface index of its device
 * @via: unicast address of a remote member, NULL for a local one
 *
 * Context: process, under @an->lock.
 * Return: the member, or NULL.
 */
struct anycast6_member *anycast6_member_find(struct anycast6_net *an,
					     struct anycast6_group *group,
					     u32 ifindex,
					     const struct in6_addr *via)
{
	struct anycast6_member *member;

	lockdep_assert_held(&an->lock);

	list_for_each_entry(member, &group->members, node) {
		if (member->link->ifindex != ifindex ||
		    !member->nexthop != !via)
			continue;
		if (!via || ipv6_addr_equal(via, &member->nexthop->key.addr))
			return member;
	}
	return NULL;
}

/**
 * anycast6_member_distance() - how far a member is
 * @member: the member, not dead
 * @distance: result: the configured metric, else 0 of a local one, else the
 *            metric of the route there
 *
 * Context: RCU, or under an->lock.
 * Return: false if that is not known, because there is no route.
 */
bool anycast6_member_distance(const struct anycast6_member *member,
			      u32 *distance)
{
	if (anycast6_traits_metric(&member->traits, distance))
		return true;
	*distance = 0;
	if (!member->nexthop)
		return true;
	*distance = READ_ONCE(member->nexthop->distance);
	return READ_ONCE(member->reason) != ANYCAST6_REASON_ROUTE;
}

/**
 * anycast6_member_candidate() - what of a member matters for the choice
 * @member: the member, not dead
 * @candidate: result, valid as long as RCU is held
 *
 * Context: RCU.
 */
void anycast6_member_candidate(const struct anycast6_member *member,
			       struct anycast6_candidate *candidate)
{
	const struct anycast6_area *area = rcu_dereference(member->traits.area);

	candidate->area = area ? &area->prefix : NULL;
	candidate->seed = member->seed;
	candidate->draining = READ_ONCE(member->state) ==
			      ANYCAST6_STATE_DRAINING;
	anycast6_member_distance(member, &candidate->distance);
}

/* The lease that @options want, or an ERR_PTR(): the one that is there, a new one,
 * or none.
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

/* A lifetime that is named begins, even if it is the same as before. */
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
 * anycast6_member_set() - say something of a member
 * @an: the namespace
 * @member: the member
 * @options: what
 * @keep: keep what @options do not name
 *
 * Flows stay where they are. Whether it is up by a new lease or other services
 * is for who reconciles its address.
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
	if (member->known)
		anycast6_notify_member(an, ANYCAST6_CMD_CHANGED, member);
	return 0;
}

static void free_rcu(struct rcu_head *head)
{
	struct anycast6_member *member =
		container_of(head, struct anycast6_member, rcu);

	anycast6_traits_free(&member->traits);
	free_percpu(member->stats);
	kfree(member);
}

/**
 * anycast6_member_put() - drop a reference
 * @member: the member, freed with the last one after a grace period
 *
 * Context: any.
 */
void anycast6_member_put(struct anycast6_member *member)
{
	if (refcount_dec_and_test(&member->refcnt))
		call_rcu(&member->rcu, free_rcu);
}

static u64 seed_of(const struct anycast6_blueprint *blueprint)
{
	const struct in6_addr *via = blueprint->via;

	if (!via)
		return anycast6_select_seed(&in6addr_any,
					    blueprint->link->ifindex);
	/* elsewhere the same interface has another index */
	return anycast6_select_seed(via, anycast6_addr_is_linklocal(via) ?
					 blueprint->link->ifindex : 0);
}

/* One that nobody has seen. */
static void discard(struct anycast6_net *an, struct anycast6_member *member)
{
	anycast6_watch_leave(an, member);
	anycast6_lease_end(anycast6_member_lease(an, member));
	free_rcu(&member->rcu);
}

static struct anycast6_member *allocate(struct anycast6_net *an,
					struct anycast6_group *group,
					const struct anycast6_blueprint *blueprint)
{
	struct anycast6_member *member;

	member = kzalloc(sizeof(*member), GFP_KERNEL_ACCOUNT);
	if (!member)
		return NULL;
	member->group = group;
	member->link = blueprint->link;
	member->seed = seed_of(blueprint);
	member->draining = blueprint->draining;
	member->state = ANYCAST6_STATE_DOWN;
	refcount_set(&member->refcnt, 1);
	INIT_LIST_HEAD(&member->of_entry);
	anycast6_damper_init(&member->damper);
	member->damper.fell = blueprint->fell;
	member->damper.back = blueprint->back;
	anycast6_history_begin(&member->history, ANYCAST6_STATE_DOWN, false);
	INIT_LIST_HEAD(&member->of_watch);

	member->stats = anycast6_stats_alloc(GFP_KERNEL_ACCOUNT);
	if (!member->stats ||
	    anycast6_member_set(an, member, &blueprint->options, false)) {
		discard(an, member);
		return NULL;
	}
	return member;
}

static int attach_nexthop(struct anycast6_net *an,
			  struct anycast6_member *member,
			  const struct in6_addr *via)
{
	struct anycast6_link *link = member->link;
	struct anycast6_nexthop_key key = {
		.addr = *via,
		.ifindex = link->own ? 0 : link->ifindex,
		.vrf = anycast6_group_vrf(member->group),
	};
	struct anycast6_nexthop *nexthop;
	int err;

	err = anycast6_router_get(an);
	if (err)
		return err;
	nexthop = anycast6_nexthop_get(an, &key);
	if (IS_ERR(nexthop)) {
		err = PTR_ERR(nexthop);
		goto put_router;
	}
	err = anycast6_group_steer(an, member->group);
	if (err)
		goto put_nexthop;
	member->nexthop = nexthop;
	list_add_tail(&member->of_nexthop, &nexthop->members);
	return 0;

put_nexthop:
	anycast6_nexthop_put(an, nexthop);
put_router:
	anycast6_router_put(an);
	return err;
}

static void detach_nexthop(struct anycast6_net *an,
			   struct anycast6_member *member)
{
	list_del(&member->of_nexthop);
	if (!list_empty(&member->nexthop->members))
		anycast6_nexthop_move(an, member->nexthop);
	anycast6_group_unsteer(an, member->group);
	anycast6_nexthop_put(an, member->nexthop);
	anycast6_router_put(an);
}

static int attach_host(struct anycast6_net *an, struct anycast6_member *member)
{
	int err;

	err = anycast6_host_get(an);
	if (err)
		return err;
	err = anycast6_group_serve(an, member->group);
	if (err)
		anycast6_host_put(an);
	return err;
}

static void detach_host(struct anycast6_net *an, struct anycast6_member *member)
{
	anycast6_group_unserve(an, member->group);
	anycast6_host_put(an);
}

static int attach(struct anycast6_net *an, struct anycast6_member *member,
		  const struct anycast6_blueprint *blueprint)
{
	if (blueprint->via)
		return attach_nexthop(an, member, blueprint->via);
	return attach_host(an, member);
}

static void detach(struct anycast6_net *an, struct anycast6_member *member)
{
	if (member->nexthop)
		detach_nexthop(an, member);
	else
		detach_host(an, member);
}

/**
 * anycast6_member_create() - add a member to an address, down for now
 * @an: the namespace
 * @group: the address, which does not have it yet
 * @blueprint: what it is made of
 *
 * Context: process, under @an->lock.
 * Return: the member, or an ERR_PTR(): %-ENOSPC at the limit, %-ENOMEM.
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

	member = allocate(an, group, blueprint);
	if (!member)
		return ERR_PTR(-ENOMEM);
	err = attach(an, member, blueprint);
	if (err) {
		discard(an, member);
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
 * anycast6_member_announce() - tell listeners of a new member
 * @an: the namespace
 * @member: the member, its state decided
 *
 * Context: process, under @an->lock.
 */
void anycast6_member_announce(struct anycast6_net *an,
			      struct anycast6_member *member)
{
	lockdep_assert_held(&an->lock);
	member->known = true;
	anycast6_notify_member(an, ANYCAST6_CMD_ADDED, member);
}

/**
 * anycast6_member_destroy() - remove a member, with the last one its address
 * @an: the namespace
 * @member: the member
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_member_destroy(struct anycast6_net *an,
			     struct anycast6_member *member)
{
	struct anycast6_entry *entry = anycast6_member_entry(an, member);
	struct anycast6_group *group = member->group;
	struct anycast6_lease *lease;
	bool known = member->known;

	lockdep_assert_held(&an->lock);

	if (known)
		anycast6_notify_member(an, ANYCAST6_CMD_DELETED, member);
	WRITE_ONCE(member->state, ANYCAST6_STATE_DOWN);
	WRITE_ONCE(member->dead, true);
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
	anycast6_probe_end(an, member);
	anycast6_elect_leave(an, member);

	anycast6_publish_review(an, group);
	anycast6_notices_send(an);
	anycast6_hold_release(an, &member->hold, &group->key.addr);
	detach(an, member);
	if (atomic_read(&member->flows))
		anycast6_router_sweep(an);
	anycast6_link_put(an, member->link);
	anycast6_member_put(member);

	if (list_empty(&group->members)) {
		if (known)
			anycast6_notify_group(an, ANYCAST6_CMD_DELETED, group);
		anycast6_group_destroy(an, group);
	} else {
		/* of one that was refused nothing was taken over */
		if (entry && known)
			anycast6_entry_settle_source(an, group);
		if (anycast6_origin_entry(group, NULL))
			anycast6_group_forget(group);
		/* what it needed, the others may not */
		anycast6_mark_group(an, group);
	}
}

/**
 * anycast6_member_make_static() - let a member outlive the entry that made it
 * @an: the namespace
 * @member: the member
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
