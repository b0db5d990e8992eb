// SPDX-License-Identifier: GPL-2.0
/*
 * Moves members with their device from one VRF to another, with all that was
 * configured of them.
 * Knows what is kept of members and addresses, not what it means.
 */
#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "kernel/route.h"
#include "lib/announce.h"
#include "net.h"
#include "object/group.h"
#include "object/lease.h"
#include "object/member.h"
#include "object/origin.h"
#include "object/pinning.h"
#include "object/source.h"
#include "reconcile/address.h"
#include "reconcile/lifecycle.h"
#include "reconcile/reply_source.h"
#include "reconcile/vrf_move.h"
#include "way/nexthop.h"

/**
 * struct baggage - what a member takes along to its new VRF
 * @blueprint: what the new member is made of
 * @via: what blueprint->via points to, network order
 * @key: the address and its new domain
 * @scope: the scope of the address
 * @source: the reply source of the address, with a reference, or NULL
 * @announce: what the address is announced as
 * @pinning: how flows of the address stay with their members
 * @hold_time: the hold time of the address, seconds
 */
struct baggage {
	struct anycast6_blueprint blueprint;
	struct in6_addr via;
	struct anycast6_key key;
	struct anycast6_prefix scope;
	struct anycast6_source *source;
	struct anycast6_announce_option announce;
	struct anycast6_pinning_option pinning;
	u32 hold_time;
};

static void pack_member(struct anycast6_net *an,
			const struct anycast6_member *member,
			struct baggage *baggage)
{
	const struct anycast6_lease *lease = anycast6_member_lease(an, member);
	struct anycast6_group *group = member->group;
	struct anycast6_source *source =
		rcu_dereference_protected(group->source,
					  lockdep_is_held(&an->lock));

	*baggage = (struct baggage) {
		.blueprint.link = member->link,
		.blueprint.expires = lease ? lease->expires : 0,
		.blueprint.draining = member->draining,
		.blueprint.fell = member->damper.fell,
		.blueprint.back = member->damper.back,
		.key.addr = group->key.addr,
		.key.domain = member->link->vrf,
		.announce = group->published.option,
		.hold_time = group->hold_time,
	};
	anycast6_traits_get(&member->traits, &baggage->blueprint.options);
	if (member->nexthop) {
		baggage->via = member->nexthop->slot.target.addr;
		baggage->blueprint.via = &baggage->via;
	}
	anycast6_group_get_scope(group, &baggage->scope);
	anycast6_pinning_get(&group->pinning, &baggage->pinning);
	/* no request could set the metric that is taken in the new VRF */
	if (baggage->announce.metric &&
	    baggage->announce.metric ==
		    anycast6_route_taken(baggage->key.domain))
		baggage->announce.metric++;
	/* a source that comes from an entry is the entry's, not the member's */
	if (!anycast6_origin_has_entry(an, group))
		baggage->source = anycast6_source_get(source);
}

static struct anycast6_group *create_group_alike(struct anycast6_net *an,
						 const struct baggage *baggage)
{
	struct anycast6_group *group;

	group = anycast6_group_create(an, &baggage->key, &baggage->scope);
	if (IS_ERR(group))
		return group;
	if (anycast6_pinning_set(&group->pinning, &baggage->pinning) < 0) {
		anycast6_group_destroy(an, group);
		return ERR_PTR(-ENOMEM);
	}
	anycast6_group_set_source(an, group, baggage->source);
	anycast6_announce_set(&group->published.option, &baggage->announce);
	WRITE_ONCE(group->hold_time, baggage->hold_time);
	return group;
}

/* The address may exist in the new VRF, with a scope that @via is not in. */
static bool is_outside(struct anycast6_group *group,
		       const struct in6_addr *via)
{
	struct anycast6_prefix scope;

	if (!via)
		return false;
	anycast6_group_get_scope(group, &scope);
	return !anycast6_scope_takes(&scope, via);
}

static int unpack_member(struct anycast6_net *an, const struct baggage *baggage)
{
	const struct anycast6_blueprint *blueprint = &baggage->blueprint;
	struct anycast6_member *member;
	struct anycast6_group *group;

	group = anycast6_group_find(an, &baggage->key);
	if (!group)
		group = create_group_alike(an, baggage);
	if (IS_ERR(group))
		return PTR_ERR(group);
	if (is_outside(group, blueprint->via))
		return -ERANGE;
	if (anycast6_member_find(an, group, blueprint->link->ifindex,
				 blueprint->via))
		return 0;
	member = anycast6_member_create(an, group, blueprint);
	if (IS_ERR(member)) {
		if (list_empty(&group->members))
			anycast6_group_destroy(an, group);
		return PTR_ERR(member);
	}
	anycast6_address_reconcile(an, group);
	anycast6_member_tell(an, member);
	return 0;
}

/* A member follows its device, as the device's unicast addresses do. */
static void move_member(struct anycast6_net *an, struct anycast6_member *member)
{
	struct baggage baggage;

	pack_member(an, member, &baggage);
	anycast6_member_destroy(an, member);
	if (unpack_member(an, &baggage))
		net_warn_ratelimited("anycast6: a member of %pI6c is lost: its device is in another VRF\n",
				     &baggage.key.addr);
	anycast6_source_put(baggage.source);
}

/**
 * anycast6_vrf_move() - let configured members follow their device into its VRF
 * @an: the namespace
 * @link: the device
 *
 * Members that an entry made are only removed: anycast6_entries_expand(), which
 * the caller calls next, makes new ones.
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_vrf_move(struct anycast6_net *an, struct anycast6_link *link)
{
	struct anycast6_member *member, *next;
	struct anycast6_group *group;

	lockdep_assert_held(&an->lock);

	list_for_each_entry_safe(member, next, &link->members, on_link) {
		group = member->group;
		if (anycast6_group_is_linklocal(group) ||
		    group->key.domain == link->vrf)
			continue;
		if (anycast6_member_entry(an, member))
			anycast6_member_destroy(an, member);
		else
			move_member(an, member);
	}
}
