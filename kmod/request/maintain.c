// SPDX-License-Identifier: GPL-2.0
/*
 * The verbs that tend what is there: drain, resume, renew. What each means, and
 * what is refused. A refusal changes nothing.
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

/* Returns whether its state may be another one. */
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
	/* else its new state tells */
	if (member->told && (member->state == ANYCAST6_STATE_DOWN ||
			     member->life == ANYCAST6_LIFE_DRAINING))
		anycast6_notify_member(an, ANYCAST6_CMD_CHANGED, member);
	return true;
}

/* Returns whether it is one that @care is for. */
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

/* The one that is named, or those on this node that no entry makes: of these
 * the entry decides.
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

/* Who calls this reconciles, many at a time. */
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

/* What was done was done; but what is not down for this any more may be so for
 * another reason.
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

/* Those that it makes later are as these are. */
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

/* In a namespace that has none of them, all of them are tended. */
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
 * @req: the request: an address and maybe a member, an entry, or nothing, which
 *       means all members on this node
 * @care: what is done
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0, or a negative errno with its reason in the request's extack: nothing
 * was done then, or the kernel refused what it had before.
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
