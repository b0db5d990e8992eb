// SPDX-License-Identifier: GPL-2.0
/*
 * The verbs of the configuration: what each means, and what is refused. A
 * refusal changes nothing. Knows attributes only to blame them.
 */
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "config.h"
#include "device.h"
#include "domain.h"
#include "entry.h"
#include "events.h"
#include "filter.h"
#include "group.h"
#include "link.h"
#include "member.h"
#include "net.h"
#include "notify.h"
#include "reconcile.h"
#include "request.h"

static const struct anycast6_prefix anywhere;

static u32 member_ifindex(const struct anycast6_group *group,
			  const struct anycast6_place *place)
{
	return place->ifindex ? : group->domain->link->ifindex;
}

static struct anycast6_member *
create_member(struct anycast6_net *an, const struct anycast6_request *req,
	      struct anycast6_group *group, const struct anycast6_place *place)
{
	struct anycast6_member *member;
	struct anycast6_link *link;

	link = anycast6_link_get(an, member_ifindex(group, place),
				 GFP_KERNEL_ACCOUNT);
	if (IS_ERR(link))
		return ERR_CAST(link);
	member = anycast6_member_create(an, group, link, NULL);
	anycast6_link_put(an, link);
	if (IS_ERR(member))
		return ERR_PTR(anycast6_blame_member(req, PTR_ERR(member)));
	return member;
}

static int settle(struct anycast6_net *an, const struct anycast6_request *req,
		  struct anycast6_member *member)
{
	int err;

	anycast6_reconcile_group(an, member->group);
	if (member->error) {
		err = anycast6_blame_join(req, member->error);
		if (err)
			return err;
	}

	/* Without following routes it works; the work tries again. */
	err = anycast6_events_listen(an);
	if (err && !an->hooked)
		return err;
	if (err)
		anycast6_mark_group(an, member->group);

	anycast6_member_announce(an, member);
	return 0;
}

static int add_member(struct anycast6_net *an,
		      const struct anycast6_request *req,
		      struct anycast6_group *group, const struct anycast6_place *place)
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
	err = settle(an, req, member);
	if (err) {
		anycast6_member_destroy(an, member);
		anycast6_events_listen(an);
	}
	return err;
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
	if (anycast6_reconcile_is_unicast(an, &place.key))
		return ANYCAST6_REFUSE(req, ADDRESS, -EADDRINUSE,
				       "this is a unicast address of this node");

	group = anycast6_group_find(an, &place.key);
	if (group)
		member = anycast6_member_find(an, group,
					      member_ifindex(group, &place));
	if (!member && mode == ANYCAST6_CHANGE)
		return ANYCAST6_REFUSE(req, ADDRESS, -ENOENT, "no such member");
	if (!member)
		return add_member(an, req, group, &place);
	if (mode == ANYCAST6_ADD)
		return ANYCAST6_REFUSE(req, ADDRESS, -EEXIST,
			      "the address has this member already");
	if (mode == ANYCAST6_REPLACE)
		anycast6_member_make_static(an, member);
	return 0;
}

static int find_entry(struct anycast6_net *an,
		      const struct anycast6_request *req,
		      struct anycast6_entry **entry)
{
	struct anycast6_place place;
	int err;

	err = anycast6_request_place(an, req, &place);
	if (err)
		return err;
	if (!place.ifindex)
		return ANYCAST6_REFUSE(req, DEV, -EINVAL,
			      "subnet-router and reserved need a device with prefixes");
	*entry = anycast6_entry_find(an, req->dev, req->origin, req->id);
	return 0;
}

static int add_entry(struct anycast6_net *an,
		     const struct anycast6_request *req,
		     enum anycast6_mode mode)
{
	struct anycast6_entry *entry;
	struct anycast6_link *link;
	int err;

	err = find_entry(an, req, &entry);
	if (err)
		return err;
	if (!entry && mode == ANYCAST6_CHANGE)
		return ANYCAST6_REFUSE(req, ORIGIN, -ENOENT, "no such entry");
	if (entry && mode == ANYCAST6_ADD)
		return ANYCAST6_REFUSE(req, ORIGIN, -EEXIST,
			      "the device has this entry already");
	if (entry)
		return 0;

	link = anycast6_link_get(an, req->dev, GFP_KERNEL_ACCOUNT);
	if (IS_ERR(link))
		return PTR_ERR(link);
	entry = anycast6_entry_create(an, link, req->origin, req->id);
	anycast6_link_put(an, link);
	if (IS_ERR(entry))
		return PTR_ERR(entry);

	err = anycast6_entry_expand(an, entry);
	if (!err)
		err = anycast6_events_listen(an);
	if (err && !(err == -EBUSY && an->hooked)) {
		anycast6_entry_destroy(an, entry);
		anycast6_events_listen(an);
		return err == -E2BIG ? anycast6_blame_group(req, err) :
				       anycast6_blame_member(req, err);
	}
	anycast6_entry_announce(an, entry);
	return 0;
}

/**
 * anycast6_config_add() - add, change or replace a member or an entry
 * @an: the namespace
 * @req: which one
 * @mode: ANYCAST6_ADD refuses one that exists, ANYCAST6_CHANGE one that does
 *        not, ANYCAST6_REPLACE neither
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0 once packets are delivered, or a negative errno with its reason in
 * the request's extack.
 */
int anycast6_config_add(struct anycast6_net *an,
			const struct anycast6_request *req,
			enum anycast6_mode mode)
{
	lockdep_assert_held(&an->lock);

	return req->addr ? add_address(an, req, mode) :
			   add_entry(an, req, mode);
}

static bool has_entries(struct anycast6_net *an,
			const struct anycast6_group *group)
{
	struct anycast6_member *member;

	list_for_each_entry(member, &group->members, node)
		if (anycast6_member_entry(an, member))
			return true;
	return false;
}

/* An entry may have stood back for what was deleted. */
static void let_entries_in(struct anycast6_net *an, struct anycast6_link *link)
{
	if (anycast6_entries_expand(an, link))
		anycast6_mark_link(an, link);
}

static void delete_member(struct anycast6_net *an,
			  struct anycast6_member *member)
{
	struct anycast6_link *link = member->link;

	link->users++;
	anycast6_member_destroy(an, member);
	let_entries_in(an, link);
	anycast6_link_put(an, link);
}

static void delete_members(struct anycast6_net *an,
			   struct anycast6_group *group)
{
	struct anycast6_member *member, *next;
	bool last;

	/* the address goes with its last member; an entry may give it others */
	list_for_each_entry_safe(member, next, &group->members, node) {
		last = list_is_last(&member->node, &group->members);
		if (!anycast6_member_entry(an, member))
			delete_member(an, member);
		if (last)
			break;
	}
}

static int find_group(struct anycast6_net *an,
		      const struct anycast6_request *req, struct anycast6_place *place,
		      struct anycast6_group **group)
{
	int err;

	err = anycast6_request_place(an, req, place);
	if (err)
		return err;
	*group = anycast6_group_find(an, &place->key);
	if (!*group)
		return ANYCAST6_REFUSE(req, ADDRESS, -ENOENT,
			      "no such anycast address is configured");
	return 0;
}

static int delete_address(struct anycast6_net *an,
			  const struct anycast6_request *req)
{
	struct anycast6_member *member;
	struct anycast6_group *group;
	struct anycast6_place place;
	int err;

	err = find_group(an, req, &place, &group);
	if (err)
		return err;

	if (!req->dev || anycast6_request_is_linklocal(req)) {
		if (has_entries(an, group))
			return ANYCAST6_REFUSE(req, ADDRESS, -EBUSY,
				      "a subnet-router or reserved entry makes this address");
		delete_members(an, group);
		return 0;
	}

	member = anycast6_member_find(an, group,
				      member_ifindex(group, &place));
	if (!member)
		return ANYCAST6_REFUSE(req, DEV, -ENOENT,
			      "the address has no such member");
	if (anycast6_member_entry(an, member))
		return ANYCAST6_REFUSE(req, DEV, -EBUSY,
			      "a subnet-router or reserved entry makes this member");
	delete_member(an, member);
	group = anycast6_group_find(an, &place.key);
	if (group)
		anycast6_reconcile_group(an, group);
	return 0;
}

static int delete_entry(struct anycast6_net *an,
			const struct anycast6_request *req)
{
	struct anycast6_entry *entry;
	struct anycast6_link *link;
	int err;

	err = find_entry(an, req, &entry);
	if (err)
		return err;
	if (!entry)
		return ANYCAST6_REFUSE(req, ORIGIN, -ENOENT, "no such entry");

	link = entry->link;
	link->users++;
	anycast6_entry_destroy(an, entry);
	let_entries_in(an, link);
	anycast6_link_put(an, link);
	return 0;
}

/**
 * anycast6_config_del() - delete a member, an address or an entry
 * @an: the namespace
 * @req: which one; an address without a device goes with all its members
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0 once it is gone, or a negative errno with its reason in the
 * request's extack.
 */
int anycast6_config_del(struct anycast6_net *an,
			const struct anycast6_request *req)
{
	int err;

	lockdep_assert_held(&an->lock);

	err = req->addr ? delete_address(an, req) : delete_entry(an, req);
	if (!err)
		anycast6_events_listen(an);
	return err;
}

static bool same_scope(struct anycast6_group *group,
		       const struct anycast6_prefix *scope)
{
	struct anycast6_prefix now;

	anycast6_group_get_scope(group, &now);
	return now.len == scope->len && ipv6_addr_equal(&now.addr, &scope->addr);
}

/**
 * anycast6_config_set_scope() - say where the members of an address live
 * @an: the namespace
 * @req: which address
 * @scope: RFC 4291 section 2.6's P
 *
 * Context: process, under @an->lock.
 * Return: 0, or a negative errno with its reason in the request's extack.
 */
int anycast6_config_set_scope(struct anycast6_net *an,
			      const struct anycast6_request *req,
			      const struct anycast6_prefix *scope)
{
	struct anycast6_group *group;
	struct anycast6_place place;
	int err;

	lockdep_assert_held(&an->lock);

	err = find_group(an, req, &place, &group);
	if (err)
		return err;
	if (same_scope(group, scope))
		return 0;
	if (has_entries(an, group))
		return ANYCAST6_REFUSE(req, ADDRESS, -EBUSY,
			      "the scope of an address that an entry makes is its prefix");
	if (!anycast6_prefix_contains(scope, req->addr))
		return ANYCAST6_REFUSE(req, SCOPE, -ERANGE,
			      "the address is outside that scope");

	anycast6_group_set_scope(an, group, scope);
	anycast6_net_changed(an);
	anycast6_notify_group(an, ANYCAST6_CMD_CHANGED, group);
	return 0;
}

static void flush_group(struct anycast6_net *an, struct anycast6_group *group,
			const struct anycast6_filter *filter)
{
	struct anycast6_member *member, *next;
	bool last;

	list_for_each_entry_safe(member, next, &group->members, node) {
		last = list_is_last(&member->node, &group->members);
		if (!anycast6_member_entry(an, member) &&
		    anycast6_filter_member(filter, member))
			delete_member(an, member);
		if (last)
			break;
	}
}

/**
 * anycast6_config_flush() - delete what was configured
 * @an: the namespace
 * @filter: of which, what passes this
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_config_flush(struct anycast6_net *an,
			   const struct anycast6_filter *filter)
{
	struct anycast6_entry *entry, *next;
	struct anycast6_group *group;
	unsigned long id;

	lockdep_assert_held(&an->lock);

	list_for_each_entry_safe(entry, next, &an->entries, node)
		if (anycast6_filter_entry(filter, entry))
			anycast6_entry_destroy(an, entry);
	xa_for_each(&an->ids, id, group)
		if (anycast6_filter_group(filter, group))
			flush_group(an, group, filter);
	anycast6_events_listen(an);
}

/**
 * anycast6_config_clear() - delete all
 * @an: the namespace
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_config_clear(struct anycast6_net *an)
{
	static const struct anycast6_filter everything = {
		.origin = -1,
		.id = -1,
		.state = -1,
	};

	anycast6_config_flush(an, &everything);
}
