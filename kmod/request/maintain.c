// SPDX-License-Identifier: GPL-2.0
/*
 * The verbs that maintain what is configured: drain, resume, renew. What each
 * means, and what is refused; a refusal changes nothing. Knows what is asked of
 * members and entries; does not decide their state.
 */
#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "lib/liveness.h"
#include "message/notify.h"
#include "net.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/lease.h"
#include "object/mark.h"
#include "object/member.h"
#include "object/origin.h"
#include "reconcile/address.h"
#include "reconcile/reconcile.h"
#include "request/find.h"
#include "request/maintain.h"
#include "request/request.h"

/* Returns whether the lease was over, so that its member's state may change. */
static bool renew_lease(struct anycast6_lease *lease)
{
	bool over = anycast6_lease_is_over(lease);

	anycast6_lease_renew(lease);
	return over;
}

static bool set_draining(struct anycast6_net *an,
			 struct anycast6_member *member, bool draining)
{
	if (member->draining == draining)
		return false;
	WRITE_ONCE(member->draining, draining);
	anycast6_net_changed(an);
	/* otherwise its state changes, which listeners are told, too */
	if (member->told && (member->state == ANYCAST6_STATE_DOWN ||
			     member->life == ANYCAST6_LIFE_DRAINING))
		anycast6_notify_member(an, ANYCAST6_CMD_CHANGED, member);
	return true;
}

/* Returns whether @care is for @member: without a lease none is renewed. */
static bool maintain_member(struct anycast6_net *an,
			    struct anycast6_member *member,
			    enum anycast6_care care, bool *changed)
{
	struct anycast6_lease *lease;

	if (care != ANYCAST6_RENEW) {
		*changed |= set_draining(an, member, care == ANYCAST6_DRAIN);
		return true;
	}
	lease = anycast6_member_lease(an, member);
	if (lease)
		*changed |= renew_lease(lease);
	return lease;
}

/* Whether a request means @member: the one that it names, or, where it names
 * none, any local member that no entry made. The others are maintain_entry()'s.
 */
static bool is_meant(struct anycast6_net *an, struct anycast6_member *member,
		     const struct anycast6_member *named)
{
	if (named)
		return member == named;
	return !member->nexthop && !anycast6_member_entry(an, member);
}

static bool maintain_group(struct anycast6_net *an,
			   struct anycast6_group *group,
			   const struct anycast6_member *named,
			   enum anycast6_care care, bool *changed)
{
	struct anycast6_member *member;
	bool any = false;

	list_for_each_entry(member, &group->members, node)
		if (is_meant(an, member, named))
			any |= maintain_member(an, member, care, changed);
	return any;
}

/* The address is only marked: the caller reconciles all of them at once. */
static void maintain_one_of_many(struct anycast6_net *an,
				 struct anycast6_group *group,
				 const struct anycast6_member *named,
				 enum anycast6_care care)
{
	bool changed = false;

	maintain_group(an, group, named, care, &changed);
	if (changed)
		anycast6_mark_group(an, group);
}

/* The members are as the request wants them, and yet may be down, because the
 * kernel refuses the address.
 */
static void warn_join(struct anycast6_net *an,
		      const struct anycast6_request *req,
		      const struct anycast6_group *group,
		      const struct anycast6_member *named)
{
	struct anycast6_member *member;

	list_for_each_entry(member, &group->members, node)
		if (is_meant(an, member, named))
			anycast6_request_warn_join(req, member->error);
}

static int refuse_care(struct anycast6_net *an,
		       const struct anycast6_request *req,
		       const struct anycast6_group *group,
		       enum anycast6_care care)
{
	if (anycast6_origin_has_entry(an, group))
		return ANYCAST6_REFUSE(req, ADDRESS, -EBUSY,
			      "a subnet-router or reserved entry makes this member");
	if (care == ANYCAST6_RENEW)
		return ANYCAST6_REFUSE(req, ADDRESS, -ENOENT,
			      "nothing there has a lifetime");
	return ANYCAST6_REFUSE(req, ADDRESS, -ENOENT,
		      "the address has no member on this node: name one");
}

static int maintain_address(struct anycast6_net *an,
			    const struct anycast6_request *req,
			    enum anycast6_care care)
{
	struct anycast6_member *member = NULL;
	struct anycast6_group *group;
	struct anycast6_place place;
	bool changed = false;
	int err;

	err = anycast6_find_group(an, req, &place, &group);
	if (err)
		return err;
	if (anycast6_request_names_member(req)) {
		member = anycast6_find_member(an, req, group, &place);
		if (!member)
			return anycast6_find_refuse(req, group);
		if (anycast6_member_entry(an, member))
			return refuse_care(an, req, group, care);
	}
	if (!maintain_group(an, group, member, care, &changed))
		return refuse_care(an, req, group, care);
	if (changed)
		anycast6_address_reconcile(an, group);
	warn_join(an, req, group, member);
	return 0;
}

/* Returns whether @care is for @entry. The entry keeps it for the members that
 * it makes later.
 */
static bool maintain_entry(struct anycast6_net *an,
			   struct anycast6_entry *entry,
			   enum anycast6_care care)
{
	bool draining = care == ANYCAST6_DRAIN;
	struct anycast6_member *member;

	if (care == ANYCAST6_RENEW) {
		entry->expires = anycast6_lease_expiry(entry->traits.lifetime);
	} else if (entry->draining != draining) {
		WRITE_ONCE(entry->draining, draining);
		anycast6_net_changed(an);
		anycast6_notify_entry(an, ANYCAST6_CMD_CHANGED, entry);
	}
	list_for_each_entry(member, &entry->members, of_entry)
		maintain_one_of_many(an, member->group, member, care);
	return care != ANYCAST6_RENEW || entry->traits.lifetime;
}

static int maintain_named_entry(struct anycast6_net *an,
				const struct anycast6_request *req,
				enum anycast6_care care)
{
	struct anycast6_entry *entry;
	bool any;
	int err;

	err = anycast6_find_existing_entry(an, req, &entry);
	if (err)
		return err;
	any = maintain_entry(an, entry, care);
	anycast6_reconcile(an);
	if (!any)
		return ANYCAST6_REFUSE(req, ORIGIN, -ENOENT,
			      "nothing there has a lifetime");
	return 0;
}

/* An empty namespace, or one where no member has a lease, is no error. */
static int maintain_all(struct anycast6_net *an,
			const struct anycast6_request *req,
			enum anycast6_care care)
{
	struct anycast6_entry *entry;
	struct anycast6_group *group;
	struct anycast6_place place;
	unsigned long id;
	int err;

	err = anycast6_request_place(an, req, &place);
	if (err)
		return err;
	list_for_each_entry(entry, &an->entries, node)
		if (!req->vrf || entry->link->vrf == req->vrf)
			maintain_entry(an, entry, care);
	xa_for_each(&an->ids, id, group) {
		if (!req->vrf || anycast6_group_shown_vrf(group) == req->vrf)
			maintain_one_of_many(an, group, NULL, care);
		cond_resched();
	}
	anycast6_reconcile(an);
	return 0;
}

/**
 * anycast6_maintain() - drain, resume or renew what a request names
 * @an: the namespace
 * @req: the request: an address and maybe a member, an entry, or neither, which
 *       means all members on this node, or those in the VRF that it names
 * @care: what is done
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0, maybe with a warning in the request's extack; or a negative errno
 * with its reason there, and then nothing has changed.
 */
int anycast6_maintain(struct anycast6_net *an,
		      const struct anycast6_request *req,
		      enum anycast6_care care)
{
	lockdep_assert_held(&an->lock);

	if (req->addr)
		return maintain_address(an, req, care);
	if (req->attrs[ANYCAST6_A_ADDR_ORIGIN])
		return maintain_named_entry(an, req, care);
	return maintain_all(an, req, care);
}
