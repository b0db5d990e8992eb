// SPDX-License-Identifier: GPL-2.0
/*
 * The verbs that add and change: what each means, and what is refused. A
 * refusal changes nothing; only out of memory may a change stop half-way.
 * Knows attributes only to point the extack at them.
 */
#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "kernel/local.h"
#include "net.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/mark.h"
#include "object/member.h"
#include "reconcile/address.h"
#include "reconcile/domain.h"
#include "reconcile/events.h"
#include "reconcile/expand.h"
#include "reconcile/lifecycle.h"
#include "request/add.h"
#include "request/find.h"
#include "request/request.h"

static const struct anycast6_prefix anywhere;

static struct anycast6_member *
create_member(struct anycast6_net *an, const struct anycast6_request *req,
	      struct anycast6_group *group, const struct anycast6_place *place)
{
	struct anycast6_blueprint blueprint = {
		.via = req->via,
		.options = req->options,
	};
	struct anycast6_member *member;
	struct anycast6_link *link;

	link = anycast6_link_get(an, place->ifindex ? :
				 group->domain->link->ifindex,
				 GFP_KERNEL_ACCOUNT);
	if (IS_ERR(link))
		return ERR_CAST(link);
	blueprint.link = link;
	member = anycast6_member_create(an, group, &blueprint);
	anycast6_link_put(an, link);
	if (IS_ERR(member))
		return ERR_PTR(anycast6_blame_member(req, PTR_ERR(member)));
	return member;
}

static int settle_member(struct anycast6_net *an,
			 const struct anycast6_request *req,
			 struct anycast6_member *member)
{
	int err;

	anycast6_address_reconcile(an, member->group);
	if (member->error) {
		err = anycast6_blame_join(req, member->error);
		if (err)
			return err;
	}

	/* The member works without the FIB notifier. The address is marked, so
	 * that the work tries to register the notifier again.
	 */
	if (anycast6_events_listen(an))
		anycast6_mark_group(an, member->group);

	anycast6_member_tell(an, member);
	return 0;
}

static int add_member(struct anycast6_net *an,
		      const struct anycast6_request *req,
		      struct anycast6_group *group,
		      const struct anycast6_place *place)
{
	struct anycast6_member *member;
	int err;

	if (!group) {
		group = anycast6_group_create(an, &place->key, &anywhere);
		if (IS_ERR(group))
			return anycast6_blame_group(req, PTR_ERR(group));
	}

	member = create_member(an, req, group, place);
	if (IS_ERR(member)) {
		if (list_empty(&group->members))
			anycast6_group_destroy(an, group);
		return PTR_ERR(member);
	}
	err = settle_member(an, req, member);
	if (err) {
		anycast6_member_destroy(an, member);
		anycast6_events_listen(an);
	}
	return err;
}

/* Only the entry changes a member that it made; ANYCAST6_REPLACE makes it a
 * configured one first, which the entry leaves alone.
 */
static int change_member(struct anycast6_net *an,
			 const struct anycast6_request *req,
			 struct anycast6_member *member,
			 enum anycast6_mode mode)
{
	int err;

	if (mode == ANYCAST6_REPLACE)
		anycast6_member_make_static(an, member);
	else if (anycast6_member_entry(an, member) &&
		 (req->options.has_metric || req->options.has_area ||
		  req->options.has_lifetime || req->options.has_services ||
		  req->options.has_probe))
		return ANYCAST6_REFUSE(req, ADDRESS, -EBUSY,
			      "a subnet-router or reserved entry makes this member");
	err = anycast6_member_set(an, member, &req->options,
				  mode == ANYCAST6_CHANGE);
	if (err)
		return err;
	/* a new lease or other services may change its state */
	anycast6_address_reconcile(an, member->group);
	anycast6_request_warn_join(req, member->error);
	return 0;
}

static int add_address(struct anycast6_net *an,
		       const struct anycast6_request *req,
		       enum anycast6_mode mode)
{
	struct anycast6_member *member = NULL;
	struct anycast6_group *group;
	struct anycast6_place place;
	int err;

	err = anycast6_request_place(an, req, &place);
	if (err)
		return err;
	if (anycast6_local_is_unicast(an, &place.key))
		return ANYCAST6_REFUSE(req, ADDRESS, -EADDRINUSE,
				       "this is a unicast address of this node");

	group = anycast6_group_find(an, &place.key);
	if (group)
		member = anycast6_find_member(an, req, group, &place);
	err = anycast6_request_check_via(an, req, &place.key, group);
	if (!err)
		err = anycast6_request_check_probe(req, &place);
	if (err)
		return err;
	if (!member && mode == ANYCAST6_CHANGE)
		return anycast6_find_refuse(req, group);
	if (!member)
		return add_member(an, req, group, &place);
	if (mode == ANYCAST6_ADD)
		return ANYCAST6_REFUSE(req, ADDRESS, -EEXIST,
			      "the address has this member already");
	return change_member(an, req, member, mode);
}

static int add_entry(struct anycast6_net *an,
		     const struct anycast6_request *req,
		     enum anycast6_mode mode)
{
	struct anycast6_entry *entry;
	struct anycast6_link *link;
	int err;

	err = anycast6_find_entry(an, req, &entry);
	if (err)
		return err;
	if (!entry && mode == ANYCAST6_CHANGE)
		return ANYCAST6_REFUSE(req, ORIGIN, -ENOENT, "no such entry");
	if (entry && mode == ANYCAST6_ADD)
		return ANYCAST6_REFUSE(req, ORIGIN, -EEXIST,
			      "the device has this entry already");
	if (entry)
		return anycast6_entry_set(an, entry, &req->options,
					  mode == ANYCAST6_CHANGE);

	link = anycast6_link_get(an, req->dev, GFP_KERNEL_ACCOUNT);
	if (IS_ERR(link))
		return PTR_ERR(link);
	entry = anycast6_entry_create(an, link, req->origin, req->id,
				      &req->options);
	anycast6_link_put(an, link);
	if (IS_ERR(entry))
		return PTR_ERR(entry);

	err = anycast6_entry_expand(an, entry);
	if (!err) {
		err = anycast6_events_listen(an);
		/* the addresses work; the next reconciliation tries again */
		if (err == -EBUSY)
			err = 0;
	}
	if (err) {
		anycast6_entry_destroy(an, entry);
		anycast6_events_listen(an);
		return err == -E2BIG ? anycast6_blame_group(req, err) :
				       anycast6_blame_member(req, err);
	}
	anycast6_entry_tell(an, entry);
	return 0;
}

/**
 * anycast6_add() - add, change or replace a member or an entry
 * @an: the namespace
 * @req: which one
 * @mode: ANYCAST6_ADD refuses one that exists, ANYCAST6_CHANGE one that does
 *        not, ANYCAST6_REPLACE neither; ANYCAST6_CHANGE keeps the options that
 *        are not named, ANYCAST6_REPLACE takes them back
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0 once packets are delivered to what is up; or a negative errno, and
 * the request's extack says why if the request is at fault.
 */
int anycast6_add(struct anycast6_net *an,
		 const struct anycast6_request *req,
		 enum anycast6_mode mode)
{
	lockdep_assert_held(&an->lock);

	return req->addr ? add_address(an, req, mode) :
			   add_entry(an, req, mode);
}
