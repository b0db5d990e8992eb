// SPDX-License-Identifier: GPL-2.0
/*
 * Reconciliation: compares what should be (members, entries) with what is
 * (devices, joins, routes), and repairs the difference. Level-triggered and
 * idempotent. Does not know events: they only mark where to look, so the next
 * one makes good one that was missed.
 */
#include <linux/rtnetlink.h>

#include <uapi/linux/anycast6.h>

#include "kernel/daemon_route.h"
#include "kernel/link.h"
#include "message/notify.h"
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
#include "reconcile/publish.h"
#include "reconcile/reconcile.h"
#include "reconcile/vrf_move.h"
#include "way/nexthop.h"

/* The routes of all addresses are withdrawn before the first member goes. */
static void remove_link(struct anycast6_net *an, struct anycast6_link *link)
{
	struct anycast6_member *member, *next_member;
	struct anycast6_entry *entry, *next_entry;

	list_for_each_entry(member, &link->members, on_link)
		WRITE_ONCE(member->leaving, true);
	list_for_each_entry(member, &link->members, on_link) {
		anycast6_publish_review(an, member->group);
		cond_resched();
	}
	anycast6_daemon_routes_send(an);
	list_for_each_entry_safe(entry, next_entry, &an->entries, node)
		if (entry->link == link)
			anycast6_entry_destroy(an, entry);
	list_for_each_entry_safe(member, next_member, &link->members, on_link) {
		anycast6_member_destroy(an, member);
		cond_resched();
	}
}

static bool domain_lives(struct anycast6_net *an, struct anycast6_link *own)
{
	struct anycast6_domain *domain;
	unsigned long vrf;

	xa_for_each(&an->domains, vrf, domain)
		if (domain->link == own)
			return anycast6_domain_settle(an, domain);
	return false;
}

/* The own device also holds addresses whose members are on other links. Their
 * daemon routes lead to it and may be gone: the FIB does not tell of those
 * behind another route.
 */
static void enlist_domain(struct anycast6_net *an, struct anycast6_link *own)
{
	struct anycast6_group *group;
	unsigned long id;

	xa_for_each(&an->ids, id, group)
		if (group->domain->link == own) {
			set_bit(ANYCAST6_GROUP_OUTDONE, &group->flags);
			anycast6_mark_enlist(an, group);
		}
}

/* Returns whether the link must be reconciled again. */
static bool reconcile_link(struct anycast6_net *an, struct anycast6_link *link)
{
	struct anycast6_member *member;
	bool bad = false;

	anycast6_link_refresh(an, link);
	if (link->own) {
		if (!domain_lives(an, link))
			remove_link(an, link);
	} else if (!link->exists) {
		remove_link(an, link);
	} else {
		anycast6_vrf_move(an, link);
		bad = anycast6_entries_expand(an, link);
	}

	list_for_each_entry(member, &link->members, on_link)
		anycast6_mark_enlist(an, member->group);
	if (link->own)
		enlist_domain(an, link);
	/* again in a second, not later: see anycast6_mark_waiting() */
	if (link->waiting)
		an->retry = 0;
	return bad || link->waiting;
}

static bool reconcile_links(struct anycast6_net *an)
{
	struct anycast6_link *link;
	unsigned long ifindex;
	bool bad = false;

	if (!test_and_clear_bit(0, &an->links_dirty))
		return false;

	xa_for_each(&an->links, ifindex, link) {
		if (!test_and_clear_bit(ANYCAST6_LINK_DIRTY, &link->flags))
			continue;
		/* it must outlive its members here */
		link->users++;
		if (reconcile_link(an, link)) {
			set_bit(ANYCAST6_LINK_DIRTY, &link->flags);
			bad = true;
		}
		anycast6_link_put(an, link);
	}
	if (bad)
		set_bit(0, &an->links_dirty);
	return bad;
}

/* Another distance changes no state, but another member may be the nearest now.
 * A configured metric hides the route's, and then there is nothing to tell.
 */
static void notify_distance(struct anycast6_net *an,
			    struct anycast6_member *member)
{
	u32 metric;

	if (member->told && !anycast6_traits_metric(&member->traits, &metric))
		anycast6_notify_member(an, ANYCAST6_CMD_CHANGED, member);
}

/* Whether an address depends on what has changed of a next hop. The distance says
 * whose path the route of this node's own packets is like (own_route_mtu() in
 * reconcile/own_route.c).
 */
static bool is_concerned(const struct anycast6_group *group,
			 unsigned int changed)
{
	return changed & (ANYCAST6_NEXTHOP_WAY | ANYCAST6_NEXTHOP_MTU) ||
	       (changed & ANYCAST6_NEXTHOP_DISTANCE && group->routed);
}

/* Listeners are told of legs that come, go, die and live again. A change of the
 * distance may come with it, and is in the same message.
 */
static void notify_legs(struct anycast6_net *an, struct anycast6_member *member)
{
	if (member->told)
		anycast6_notify_member(an, ANYCAST6_CMD_CHANGED, member);
}

static void reconcile_nexthop(struct anycast6_net *an,
			      struct anycast6_nexthop *nexthop)
{
	unsigned int changed = anycast6_nexthop_refresh(an, nexthop);
	struct anycast6_member *member;

	if (!changed)
		return;
	list_for_each_entry(member, &nexthop->members, of_nexthop) {
		if (is_concerned(member->group, changed))
			anycast6_mark_enlist(an, member->group);
		if (changed & ANYCAST6_NEXTHOP_LEGS)
			notify_legs(an, member);
		else if (changed & ANYCAST6_NEXTHOP_DISTANCE)
			notify_distance(an, member);
	}
}

static void reconcile_nexthops(struct anycast6_net *an)
{
	struct anycast6_nexthops *nexthops = anycast6_nexthops(an);
	struct anycast6_nexthop *nexthop;
	bool all, some;

	if (!nexthops)
		return;
	all = test_and_clear_bit(ANYCAST6_NEXTHOPS_ALL, &nexthops->dirty);
	some = test_and_clear_bit(ANYCAST6_NEXTHOPS_SOME, &nexthops->dirty);
	if (!all && !some)
		return;
	/* a change is told before it is done */
	if (test_and_clear_bit(ANYCAST6_NEXTHOPS_UNDONE, &nexthops->dirty)) {
		rtnl_lock();
		rtnl_unlock();
	}

	list_for_each_entry(nexthop, &nexthops->list, list) {
		if (!test_and_clear_bit(ANYCAST6_NEXTHOP_DIRTY,
					&nexthop->flags) && !all)
			continue;
		reconcile_nexthop(an, nexthop);
	}
}

static bool reconcile_groups(struct anycast6_net *an)
{
	struct llist_node *list = llist_del_all(&an->dirty);
	struct anycast6_group *group, *next;
	bool bad;

	/* still marked: anycast6_mark_enlist() leaves group->dirty alone */
	llist_for_each_entry(group, list, dirty) {
		anycast6_address_withdraw(an, group);
		cond_resched();
	}
	bad = anycast6_daemon_routes_send(an);
	llist_for_each_entry_safe(group, next, list, dirty) {
		clear_bit(ANYCAST6_GROUP_DIRTY, &group->flags);
		/* Events from here on list the address again. Pairs with
		 * test_and_set_bit() in anycast6_mark_enlist() in
		 * object/mark.c: it sees the bit clear, or this sees what the
		 * event changed.
		 */
		smp_mb__after_atomic();
		if (!list_empty(&group->members) &&
		    anycast6_address_settle(an, group)) {
			anycast6_mark_enlist(an, group);
			bad = true;
		}
		anycast6_group_put(group);
		cond_resched();
	}
	return anycast6_daemon_routes_send(an) || bad;
}

/**
 * anycast6_reconcile() - reconcile all that is marked
 * @an: the namespace
 *
 * The order matters: links and next hops mark the addresses that depend on
 * them. What the kernel refused stays marked, and is tried again later.
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_reconcile(struct anycast6_net *an)
{
	bool bad;

	lockdep_assert_held(&an->lock);

	bad = reconcile_links(an);
	reconcile_nexthops(an);
	bad |= reconcile_groups(an);
	bad |= anycast6_events_listen(an) != 0;

	if (bad)
		anycast6_mark_retry(an);
	else
		an->retry = 0;
}

/**
 * anycast6_reconcile_work() - the work that reconciles what events have marked
 * @work: &anycast6_net.work
 *
 * Context: process; takes an->lock and RTNL.
 */
void anycast6_reconcile_work(struct work_struct *work)
{
	struct anycast6_net *an = container_of(to_delayed_work(work),
					       struct anycast6_net, work);

	mutex_lock(&an->lock);
	anycast6_reconcile(an);
	mutex_unlock(&an->lock);
}
