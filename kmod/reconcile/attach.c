// SPDX-License-Identifier: GPL-2.0
/*
 * What packets need to reach a member: the hooks and tables for local or for
 * remote members, and the next hop of a remote one.
 * Counts the members that need them; does not know what a hook does.
 */
#include <linux/list.h>

#include "deliver/hooks.h"
#include "deliver/host.h"
#include "kernel/link.h"
#include "lib/tally.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "reconcile/attach.h"
#include "reconcile/lifecycle.h"
#include "steer/hooks.h"
#include "steer/router.h"
#include "way/nexthop.h"

/* A tally lives as long as its group: readers may be late. */
static bool has_tally(struct anycast6_tally __percpu **tally)
{
	if (!*tally)
		*tally = alloc_percpu_gfp(struct anycast6_tally,
					  GFP_KERNEL_ACCOUNT);
	return *tally;
}

/* An address has one more local member. */
static int serve_group(struct anycast6_net *an, struct anycast6_group *group)
{
	lockdep_assert_held(&an->lock);

	if (!has_tally(&group->replies))
		return -ENOMEM;
	/* A reader that sees @locals sees @replies, too. Pairs with
	 * anycast6_host_find() in deliver/host.c, find_peer() in
	 * deliver/output.c and fill_replies() in message/fill.c.
	 */
	smp_store_release(&group->locals, group->locals + 1);
	if (group->locals == 1)
		anycast6_host_serve(an, group);
	return 0;
}

/* An address has one local member less. */
static void unserve_group(struct anycast6_net *an, struct anycast6_group *group)
{
	lockdep_assert_held(&an->lock);

	WRITE_ONCE(group->locals, group->locals - 1);
	if (!group->locals)
		anycast6_host_unserve(an);
}

/* An address has one more remote member. */
static int steer_group(struct anycast6_net *an, struct anycast6_group *group)
{
	lockdep_assert_held(&an->lock);

	if (!has_tally(&group->misses) || !has_tally(&group->evictions))
		return -ENOMEM;
	if (!group->remotes)
		WRITE_ONCE(group->turned, jiffies);
	/* A reader that sees @remotes sees @misses and @evictions, too. Pairs
	 * with anycast6_pin_group() in steer/pin.c, and with fill_misses()
	 * and fill_evictions() in message/fill.c.
	 */
	smp_store_release(&group->remotes, group->remotes + 1);
	if (group->remotes == 1)
		anycast6_router_steer(an, group);
	return 0;
}

/* An address has one remote member less. */
static void unsteer_group(struct anycast6_net *an, struct anycast6_group *group)
{
	lockdep_assert_held(&an->lock);

	if (group->remotes == 1)
		WRITE_ONCE(group->turned, jiffies);
	WRITE_ONCE(group->remotes, group->remotes - 1);
	if (!group->remotes)
		anycast6_router_unsteer(an);
}

static int attach_nexthop(struct anycast6_net *an,
			  struct anycast6_member *member,
			  const struct in6_addr *via)
{
	struct anycast6_link *link = member->link;
	const struct anycast6_target target = {
		.addr = *via,
		.ifindex = link->own ? 0 : link->ifindex,
		.vrf = anycast6_group_vrf(member->group),
	};
	struct anycast6_nexthop *nexthop;
	int err;

	err = anycast6_router_get(an);
	if (err)
		return err;
	nexthop = anycast6_nexthop_get(an, &target);
	if (IS_ERR(nexthop)) {
		err = PTR_ERR(nexthop);
		goto put_router;
	}
	err = steer_group(an, member->group);
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
	/* nftables' flow tables must not go on using the cached route */
	if (!list_empty(&member->nexthop->members))
		anycast6_nexthop_forget_route(an, member->nexthop);
	unsteer_group(an, member->group);
	anycast6_nexthop_put(an, member->nexthop);
	anycast6_router_put(an);
}

static int attach_host(struct anycast6_net *an, struct anycast6_member *member)
{
	int err;

	err = anycast6_host_get(an);
	if (err)
		return err;
	err = serve_group(an, member->group);
	if (err)
		anycast6_host_put(an);
	return err;
}

static void detach_host(struct anycast6_net *an, struct anycast6_member *member)
{
	unserve_group(an, member->group);
	anycast6_host_put(an);
}

/**
 * anycast6_attach() - let packets reach a new member
 * @an: the namespace
 * @member: the member; a remote one gets its next hop
 * @blueprint: what it is made of
 *
 * Context: process, under @an->lock; may wait for a grace period.
 * Return: 0, %-ENOMEM, or what netfilter said when hooks were registered.
 */
int anycast6_attach(struct anycast6_net *an, struct anycast6_member *member,
		    const struct anycast6_blueprint *blueprint)
{
	lockdep_assert_held(&an->lock);

	if (blueprint->via)
		return attach_nexthop(an, member, blueprint->via);
	return attach_host(an, member);
}

/**
 * anycast6_detach() - undo anycast6_attach()
 * @an: the namespace
 * @member: the member, which is no longer in group->members
 *
 * Context: process, under @an->lock; with the last member of its kind in the
 * namespace, waits for a grace period.
 */
void anycast6_detach(struct anycast6_net *an, struct anycast6_member *member)
{
	lockdep_assert_held(&an->lock);

	if (member->nexthop)
		detach_nexthop(an, member);
	else
		detach_host(an, member);
}
