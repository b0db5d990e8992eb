// SPDX-License-Identifier: GPL-2.0
/*
 * The verbs that take away: del, flush, and the end of a namespace. A refusal
 * changes nothing. Knows attributes only to point the extack at them.
 */
#include <uapi/linux/anycast6.h>

#include "kernel/daemon_route.h"
#include "kernel/link.h"
#include "net.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/mark.h"
#include "object/member.h"
#include "object/origin.h"
#include "reconcile/address.h"
#include "reconcile/events.h"
#include "reconcile/expand.h"
#include "reconcile/lifecycle.h"
#include "reconcile/publish.h"
#include "reconcile/reconcile.h"
#include "request/filter.h"
#include "request/find.h"
#include "request/remove.h"
#include "request/request.h"

static void delete_member(struct anycast6_net *an,
			  struct anycast6_member *member)
{
	set_bit(ANYCAST6_LINK_VACATED, &member->link->flags);
	anycast6_member_destroy(an, member);
}

/* Entries make the members that they left to configured ones, now that these
 * are gone. Not while members are deleted: anycast6_entry_expand() also deletes
 * members, maybe the next one in the caller's walk.
 */
static void let_entries_in(struct anycast6_net *an)
{
	struct anycast6_link *link;
	unsigned long ifindex;

	xa_for_each(&an->links, ifindex, link) {
		if (!test_and_clear_bit(ANYCAST6_LINK_VACATED, &link->flags))
			continue;
		link->users++;
		if (anycast6_entries_expand(an, link))
			anycast6_mark_link(an, link);
		anycast6_link_put(an, link);
	}
}

static void delete_members(struct anycast6_net *an,
			   struct anycast6_group *group)
{
	struct anycast6_member *member, *next;
	bool last;

	list_for_each_entry(member, &group->members, node)
		WRITE_ONCE(member->leaving, true);
	/* the list's head is freed with the last member: look no further */
	list_for_each_entry_safe(member, next, &group->members, node) {
		last = list_is_last(&member->node, &group->members);
		delete_member(an, member);
		if (last)
			break;
	}
}

static int delete_address(struct anycast6_net *an,
			  const struct anycast6_request *req)
{
	struct anycast6_member *member;
	struct anycast6_group *group;
	struct anycast6_place place;
	int err;

	err = anycast6_find_group(an, req, &place, &group);
	if (err)
		return err;

	if (!anycast6_request_names_member(req)) {
		if (anycast6_origin_has_entry(an, group))
			return ANYCAST6_REFUSE(req, ADDRESS, -EBUSY,
				      "a subnet-router or reserved entry makes this address");
		delete_members(an, group);
		let_entries_in(an);
		return 0;
	}

	member = anycast6_find_member(an, req, group, &place);
	if (!member)
		return anycast6_find_refuse(req, group);
	if (anycast6_member_entry(an, member))
		return ANYCAST6_REFUSE(req, DEV, -EBUSY,
			      "a subnet-router or reserved entry makes this member");
	delete_member(an, member);
	let_entries_in(an);
	/* it went with its last member; an entry may have made it again */
	group = anycast6_group_find(an, &place.key);
	if (group)
		anycast6_address_reconcile(an, group);
	return 0;
}

static int delete_entry(struct anycast6_net *an,
			const struct anycast6_request *req)
{
	struct anycast6_entry *entry;
	int err;

	err = anycast6_find_existing_entry(an, req, &entry);
	if (err)
		return err;

	set_bit(ANYCAST6_LINK_VACATED, &entry->link->flags);
	anycast6_entry_destroy(an, entry);
	let_entries_in(an);
	/* anycast6_member_destroy() marked addresses that have other members */
	anycast6_reconcile(an);
	return 0;
}

/**
 * anycast6_remove() - delete a member, an address or an entry
 * @an: the namespace
 * @req: what is deleted; an address with all its members if it names none of
 *       them
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0 once it is gone; %-EBUSY if an entry makes it, or an error of
 * anycast6_find_group() or anycast6_find_existing_entry(). The request's extack
 * says why.
 */
int anycast6_remove(struct anycast6_net *an,
		    const struct anycast6_request *req)
{
	int err;

	lockdep_assert_held(&an->lock);

	err = req->addr ? delete_address(an, req) : delete_entry(an, req);
	if (err)
		return err;
	anycast6_events_listen(an);
	/* the kernel did not delete all routes: the work tries again */
	if (!list_empty(&an->daemon_routes.pending))
		anycast6_net_reconcile(an, HZ);
	return 0;
}

static bool is_flushed(struct anycast6_net *an, struct anycast6_member *member,
		       const struct anycast6_filter *filter)
{
	const struct anycast6_entry *entry = anycast6_member_entry(an, member);

	return entry ? anycast6_filter_entry(filter, entry) :
		       anycast6_filter_group(filter, member->group) &&
		       anycast6_filter_member(filter, member);
}

/* All routes of what goes are withdrawn before the first address goes, many in
 * one request. Sets member->leaving for flush_group().
 */
static void withdraw_routes(struct anycast6_net *an,
			    const struct anycast6_filter *filter)
{
	struct anycast6_member *member;
	struct anycast6_group *group;
	unsigned long id;

	xa_for_each(&an->ids, id, group) {
		list_for_each_entry(member, &group->members, node)
			WRITE_ONCE(member->leaving,
				   is_flushed(an, member, filter));
		anycast6_publish_review(an, group);
		cond_resched();
	}
	anycast6_daemon_routes_send(an);
}

static void flush_group(struct anycast6_net *an, struct anycast6_group *group)
{
	struct anycast6_member *member, *next;
	bool last;

	list_for_each_entry_safe(member, next, &group->members, node) {
		last = list_is_last(&member->node, &group->members);
		if (member->leaving && !anycast6_member_entry(an, member))
			delete_member(an, member);
		if (last)
			break;
		cond_resched();
	}
}

static void flush_matching(struct anycast6_net *an,
			   const struct anycast6_filter *filter)
{
	struct anycast6_entry *entry, *next;
	struct anycast6_group *group;
	unsigned long id;

	withdraw_routes(an, filter);
	list_for_each_entry_safe(entry, next, &an->entries, node) {
		if (!anycast6_filter_entry(filter, entry))
			continue;
		set_bit(ANYCAST6_LINK_VACATED, &entry->link->flags);
		anycast6_entry_destroy(an, entry);
	}
	xa_for_each(&an->ids, id, group)
		flush_group(an, group);
}

/**
 * anycast6_remove_all() - delete all that a filter matches
 * @an: the namespace
 * @filter: the filter; a member that an entry made goes only with its entry
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_remove_all(struct anycast6_net *an,
			 const struct anycast6_filter *filter)
{
	lockdep_assert_held(&an->lock);

	flush_matching(an, filter);
	let_entries_in(an);
	/* anycast6_member_destroy() marked addresses that have other members */
	anycast6_reconcile(an);
}

/**
 * anycast6_remove_everything() - delete all, at the end of a namespace
 * @an: the namespace
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_remove_everything(struct anycast6_net *an)
{
	struct anycast6_filter everything;

	lockdep_assert_held(&an->lock);

	anycast6_filter_init(&everything);
	flush_matching(an, &everything);
	anycast6_events_listen(an);
}
