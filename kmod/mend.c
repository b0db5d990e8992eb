// SPDX-License-Identifier: GPL-2.0
/*
 * What an address should be (held where its local members are, with a route
 * for this node's own packets), compared with what it is, and the difference
 * mended. Decides the states of members; knows no events.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>

#include <uapi/linux/anycast6.h>

#include "domain.h"
#include "group.h"
#include "link.h"
#include "member.h"
#include "mend.h"
#include "net.h"
#include "nexthop.h"
#include "notify.h"
#include "reconcile.h"
#include "route.h"

static bool is_onlink(struct anycast6_net *an,
		      const struct anycast6_member *member)
{
	const struct anycast6_group *group = member->group;
	struct net_device *dev;
	bool onlink;

	if (member->link->own)
		return false;
	if (anycast6_group_is_linklocal(group))
		return true;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, member->link->ifindex);
	onlink = dev && ipv6_chk_prefix(&group->key.addr, dev);
	rcu_read_unlock();
	return onlink;
}

static void set_state(struct anycast6_net *an, struct anycast6_member *member,
		      u8 reason, u8 delivery)
{
	u8 state = reason ? ANYCAST6_STATE_DOWN : ANYCAST6_STATE_UP;
	bool changed = member->state != state || member->reason != reason;

	if (!changed && member->delivery == delivery)
		return;
	WRITE_ONCE(member->state, state);
	WRITE_ONCE(member->reason, reason);
	WRITE_ONCE(member->delivery, delivery);
	anycast6_net_changed(an);
	if (changed && member->known)
		anycast6_notify_member(an, ANYCAST6_CMD_CHANGED, member);
}

static u8 reason_of(const struct anycast6_member *member)
{
	if (!member->link->running)
		return ANYCAST6_REASON_ADMIN;
	if (member->nexthop)
		return member->nexthop->reason;
	if (member->error)
		return ANYCAST6_REASON_JOIN;
	if (!member->link->carrier)
		return ANYCAST6_REASON_LINK;
	return 0;
}

/* It was there first only for us: the kernel inserts a unicast address's route
 * when duplicate address detection is over, and finds the place free if ours is
 * gone by then.
 */
static void yield_to_unicast(struct anycast6_net *an,
			     struct anycast6_group *group)
{
	struct anycast6_member *member;

	anycast6_hold_release(an, &group->offlink, &group->key.addr);
	list_for_each_entry(member, &group->members, node) {
		if (member->reason != ANYCAST6_REASON_ADDRESS)
			net_warn_ratelimited("anycast6: %pI6c became a unicast address of this node\n",
					     &group->key.addr);
		anycast6_hold_release(an, &member->hold, &group->key.addr);
		set_state(an, member, ANYCAST6_REASON_ADDRESS, 0);
	}
}

static void mend_offlink(struct anycast6_net *an, struct anycast6_group *group,
			 bool wanted, int *error)
{
	struct anycast6_link *own = group->domain->link;

	if (wanted && own->running) {
		*error = anycast6_hold_mend(an, &group->offlink, own,
					    &group->key.addr);
		return;
	}
	anycast6_hold_release(an, &group->offlink, &group->key.addr);
	*error = wanted ? -ENETDOWN : 0;
}

/* Returns whether the member needs the address to be held off-link. */
static bool mend_hold(struct anycast6_net *an, struct anycast6_member *member)
{
	const struct in6_addr *addr = &member->group->key.addr;

	member->error = 0;
	if (member->reason == ANYCAST6_REASON_ADDRESS)
		anycast6_hold_take_back(an, member->link, addr);
	anycast6_link_refresh(an, member->link);
	if (member->nexthop)
		return false;
	if (member->link->running && is_onlink(an, member)) {
		member->error = anycast6_hold_mend(an, &member->hold,
						   member->link, addr);
		return false;
	}
	anycast6_hold_release(an, &member->hold, addr);
	return member->link->running;
}

/* Returns whether the kernel refused something. */
static bool settle_states(struct anycast6_net *an, struct anycast6_group *group,
			  int offlink_error)
{
	struct anycast6_member *member;
	bool bad = false;

	list_for_each_entry(member, &group->members, node) {
		u8 delivery = member->hold.delivery;

		if (member->link->running && !member->nexthop &&
		    !member->hold.ifindex) {
			member->error = offlink_error;
			delivery = group->offlink.delivery;
		}
		bad |= member->error;
		set_state(an, member, reason_of(member), delivery);
	}
	return bad;
}

/* Packets of this node itself are steered on their way out, which they only
 * get to with a route. Nobody else's follow it, and no daemon learns it: it is
 * in the table for local addresses. A VRF has but one table, so there it must
 * not be in the way of those that an area leaves out.
 */
static bool wants_route(struct anycast6_group *group)
{
	const struct anycast6_member *member;
	bool vrf = anycast6_group_vrf(group);
	bool up = false;

	if (anycast6_group_is_linklocal(group))
		return false;
	list_for_each_entry(member, &group->members, node) {
		if (!member->nexthop && member->delivery)
			return false;
		if (vrf && rcu_access_pointer(member->traits.area))
			return false;
		up |= member->nexthop && member->state == ANYCAST6_STATE_UP;
	}
	return up;
}

static bool set_route(struct anycast6_net *an, struct anycast6_group *group,
		      bool wanted)
{
	const struct anycast6_route route = {
		.type = RTN_UNICAST,
		.addr = group->key.addr,
		.ifindex = group->domain->link->ifindex,
	};
	int err = 0;

	if (wanted)
		err = anycast6_route_add(an, &route);
	else if (group->routed)
		anycast6_route_del(an, &route);
	group->routed = wanted;
	return err;
}

/**
 * anycast6_mend_undo() - let an address go that has no members any more
 * @an: the namespace
 * @group: the address
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_mend_undo(struct anycast6_net *an, struct anycast6_group *group)
{
	anycast6_hold_release(an, &group->offlink, &group->key.addr);
	set_route(an, group, false);
}

/**
 * anycast6_mend() - make an address what it should be
 * @an: the namespace
 * @group: the address
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: whether the kernel refused something.
 */
bool anycast6_mend(struct anycast6_net *an, struct anycast6_group *group)
{
	struct anycast6_member *member;
	bool offlink = false;
	bool bad;
	int error;

	if (anycast6_reconcile_is_unicast(an, &group->key)) {
		yield_to_unicast(an, group);
		set_route(an, group, false);
		return false;
	}

	list_for_each_entry(member, &group->members, node)
		offlink |= mend_hold(an, member);
	mend_offlink(an, group, offlink, &error);
	bad = settle_states(an, group, error);
	return set_route(an, group, wants_route(group)) || bad;
}
