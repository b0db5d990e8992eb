// SPDX-License-Identifier: GPL-2.0
/*
 * Decides which routes tell routing daemons of an address, and for which of its
 * members. Does not know how routes are sent to the kernel.
 */
#include <linux/rtnetlink.h>

#include <uapi/linux/anycast6.h>

#include "kernel/daemon_route.h"
#include "kernel/link.h"
#include "kernel/route.h"
#include "net.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/member.h"
#include "object/origin.h"
#include "reconcile/domain.h"
#include "reconcile/publish.h"
#include "way/nexthop.h"

/* Clients outside a member's area would follow the route in vain. */
static bool is_for_all(const struct anycast6_member *member)
{
	struct anycast6_announce_option option;

	if (!rcu_access_pointer(member->traits.area))
		return true;
	anycast6_origin_read_announce(member->group, &option);
	return option.has_mode;
}

/**
 * anycast6_publish_may() - whether an address may be announced for a member
 * @member: the member
 *
 * A node nearer to it announces a member behind a gateway. A member with an
 * area (RFC 4786 section 4.4.4) is announced only if the announcement is
 * configured: then users see to it that the route stays in the area.
 *
 * Context: process, under an->lock.
 * Return: true for a member on this node or on a link of it, if it stays.
 */
bool anycast6_publish_may(const struct anycast6_member *member)
{
	return !member->leaving &&
	       (!member->nexthop || member->nexthop->direct) &&
	       is_for_all(member);
}

static bool is_announced(const struct anycast6_group *group)
{
	const struct anycast6_member *member;

	/* the kernel keeps no routes on a device that is down */
	if (!group->domain->link->running)
		return false;
	list_for_each_entry(member, &group->members, node)
		if (anycast6_publish_may(member) &&
		    member->state == ANYCAST6_STATE_UP)
			return true;
	return false;
}

/* Queues the new route before the old one's end: one is always there. */
static int replace_route(struct anycast6_net *an,
			 struct anycast6_daemon_route **place,
			 const struct anycast6_daemon_route_key *key,
			 u32 ifindex)
{
	struct anycast6_daemon_route *old = *place, *route;

	if (old && !memcmp(&old->key, key, sizeof(*key)) &&
	    old->ifindex == ifindex)
		return 0;
	route = anycast6_daemon_route_get(an, key, ifindex);
	if (IS_ERR(route))
		return PTR_ERR(route);
	*place = route;
	if (old)
		anycast6_daemon_route_put(an, old);
	return 0;
}

static void drop_route(struct anycast6_net *an,
		       struct anycast6_daemon_route **place)
{
	if (*place)
		anycast6_daemon_route_put(an, *place);
	*place = NULL;
}

static void decide_routes(const struct anycast6_group *group,
			  struct anycast6_announce_wish *wish)
{
	struct anycast6_announce_option option;
	const struct anycast6_announce_facts facts = {
		.made = anycast6_origin_read_announce(group, &option),
		.linklocal = anycast6_group_is_linklocal(group),
		.scope_len = group->scope.len,
		.taken = anycast6_route_taken(anycast6_group_vrf(group)),
	};

	anycast6_announce_decide(&option, &facts, wish);
}

/**
 * anycast6_publish() - announce an address, or withdraw it
 * @an: the namespace
 * @group: the address, the states of its members decided
 *
 * Only queues changes; anycast6_daemon_routes_send() sends them.
 *
 * Context: process, under @an->lock.
 * Return: 0, or what anycast6_daemon_route_get() said.
 */
int anycast6_publish(struct anycast6_net *an, struct anycast6_group *group)
{
	u32 ifindex = group->domain->link->ifindex;
	struct anycast6_announce_wish wish = {};
	struct anycast6_daemon_route_key key;
	int err = 0;

	lockdep_assert_held(&an->lock);

	if (is_announced(group))
		decide_routes(group, &wish);
	/* another route to the address came or went: ours may be gone */
	if (test_and_clear_bit(ANYCAST6_GROUP_OUTDONE, &group->flags) &&
	    group->published.host)
		anycast6_daemon_route_doubt(an, group->published.host);

	memset(&key, 0, sizeof(key));
	key.addr = group->key.addr;
	key.len = 128;
	key.metric = wish.metric;
	if (wish.host || wish.scope)
		key.table = anycast6_route_table(an, ifindex, RT_TABLE_MAIN);
	if (wish.host)
		err = replace_route(an, &group->published.host, &key, ifindex);
	else
		drop_route(an, &group->published.host);
	key.metric = wish.scope_metric;
	key.addr = group->scope.addr;
	key.len = group->scope.len;
	if (wish.scope)
		err = replace_route(an, &group->published.scope, &key, 0) ?:
									    err;
	else
		drop_route(an, &group->published.scope);
	return err;
}

/**
 * anycast6_publish_withdraw() - withdraw the routes of an address
 * @an: the namespace
 * @group: the address
 *
 * Only queues changes; anycast6_daemon_routes_send() sends them.
 *
 * Context: process, under @an->lock.
 */
void anycast6_publish_withdraw(struct anycast6_net *an,
			       struct anycast6_group *group)
{
	lockdep_assert_held(&an->lock);

	drop_route(an, &group->published.host);
	drop_route(an, &group->published.scope);
}

/**
 * anycast6_publish_review() - withdraw an address if nobody is left to announce
 * @an: the namespace
 * @group: the address; members that leave do not count
 *
 * Only queues changes; anycast6_daemon_routes_send() sends them. When members
 * of several addresses go, all are reviewed and sent before the first is
 * destroyed.
 *
 * Context: process, under @an->lock.
 */
void anycast6_publish_review(struct anycast6_net *an,
			     struct anycast6_group *group)
{
	lockdep_assert_held(&an->lock);

	if (!group->published.host && !group->published.scope)
		return;
	if (!is_announced(group))
		anycast6_publish_withdraw(an, group);
}
