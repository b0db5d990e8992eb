// SPDX-License-Identifier: GPL-2.0
/*
 * Settles an address: holds it where its local members are, decides the states
 * of its members, and has all follow that depends on these.
 * Does not know which event or request made that necessary.
 */
#include <uapi/linux/anycast6.h>

#include "deliver/advert.h"
#include "kernel/daemon_route.h"
#include "kernel/link.h"
#include "kernel/local.h"
#include "kernel/route.h"
#include "lib/history.h"
#include "message/notify.h"
#include "net.h"
#include "object/damper.h"
#include "object/group.h"
#include "object/lease.h"
#include "object/mark.h"
#include "object/member.h"
#include "object/watch.h"
#include "probe/probe.h"
#include "probe/probing.h"
#include "reconcile/address.h"
#include "reconcile/domain.h"
#include "reconcile/elect.h"
#include "reconcile/own_route.h"
#include "reconcile/publish.h"
#include "way/nexthop.h"

static bool is_onlink(struct anycast6_net *an,
		      const struct anycast6_member *member)
{
	return !member->link->own &&
	       anycast6_local_is_onlink(an, &member->group->key.addr,
					member->link->ifindex);
}

static u8 member_state(const struct anycast6_member *member, u8 reason)
{
	if (reason)
		return ANYCAST6_STATE_DOWN;
	return member->draining || member->life == ANYCAST6_LIFE_DRAINING ?
	       ANYCAST6_STATE_DRAINING : ANYCAST6_STATE_UP;
}

static void set_member_state(struct anycast6_net *an,
			     struct anycast6_member *member, u8 reason,
			     u8 delivery)
{
	u8 state = member_state(member, reason);
	bool other = member->state != state;
	bool changed = other || member->reason != reason;
	bool fell = other && reason;

	if (!changed && member->delivery == delivery)
		return;
	anycast6_damper_note(&member->damper,
			     member->state != ANYCAST6_STATE_DOWN, !reason);
	if (changed) {
		anycast6_history_begin(&member->history, state, other);
		anycast6_history_note_gone(&member->history, reason &&
					   reason != ANYCAST6_REASON_HOLD);
	}
	/* pairs with collect_facts() in steer/refusal.c: who sees why sees since
	 * when
	 */
	smp_store_release(&member->reason, reason);
	/* the same: who sees that the member is down sees why */
	smp_store_release(&member->state, state);
	WRITE_ONCE(member->delivery, delivery);
	/* only now, so that a flow that looks again sees the new state */
	if (fell && member->nexthop && !member->nexthop->reason)
		anycast6_nexthop_forget_route(an, member->nexthop);
	anycast6_net_changed(an);
	if (changed && member->told)
		anycast6_notify_member(an, ANYCAST6_CMD_CHANGED, member);
}

static u8 member_reason(const struct anycast6_member *member)
{
	if (!member->link->running)
		return ANYCAST6_REASON_ADMIN;
	if (member->nexthop && member->nexthop->reason)
		return member->nexthop->reason;
	if (member->error)
		return ANYCAST6_REASON_JOIN;
	if (!member->nexthop && !member->link->carrier)
		return ANYCAST6_REASON_LINK;
	return member->fault;
}

/* A unicast address of this node wins, because not every one can be refused:
 * see inet6addr_validate() in events.c. The kernel inserts its route after
 * duplicate address detection, and should find the place free: so ours goes at
 * once.
 */
static void yield_to_unicast(struct anycast6_net *an,
			     struct anycast6_group *group)
{
	struct anycast6_member *member;

	anycast6_delivery_release(an, &group->offlink, &group->key.addr);
	list_for_each_entry(member, &group->members, node) {
		if (member->reason != ANYCAST6_REASON_ADDRESS)
			net_warn_ratelimited("anycast6: %pI6c became a unicast address of this node\n",
					     &group->key.addr);
		anycast6_delivery_release(an, &member->held, &group->key.addr);
		anycast6_damper_end(&member->damper);
		set_member_state(an, member, ANYCAST6_REASON_ADDRESS, 0);
	}
}

static void settle_offlink(struct anycast6_net *an,
			   struct anycast6_group *group, bool wanted,
			   int *error)
{
	struct anycast6_link *own = group->domain->link;

	if (wanted && own->running) {
		*error = anycast6_delivery_settle(an, &group->offlink, own,
						  &group->key.addr, false);
		return;
	}
	anycast6_delivery_release(an, &group->offlink, &group->key.addr);
	*error = wanted ? -ENETDOWN : 0;
}

/* A remote member that is up, and is no neighbour on @member's link. */
static bool is_elsewhere(const struct anycast6_member *remote,
			 const struct anycast6_member *member)
{
	return remote->nexthop &&
	       member_state(remote, member_reason(remote)) ==
		       ANYCAST6_STATE_UP &&
	       !anycast6_nexthop_is_on(remote->nexthop, member->link->ifindex);
}

/* A host that takes the address for a neighbour asks on its own link only. So a
 * router goes on answering there if a member on another link can be reached
 * through it.
 */
static bool stands_in(struct anycast6_net *an,
		      const struct anycast6_member *member)
{
	const struct anycast6_member *remote;

	if (!READ_ONCE(an->net->ipv6.devconf_all->forwarding))
		return false;
	list_for_each_entry(remote, &member->group->members, node)
		if (is_elsewhere(remote, member))
			return true;
	return false;
}

/* Neighbours get no answers from a quiet member; what arrives is delivered. */
static bool wants_quiet(struct anycast6_net *an,
			const struct anycast6_member *member)
{
	if (member->role == ANYCAST6_ROLE_YIELDS)
		return true;
	return (member->draining || member->fault) && !stands_in(an, member);
}

/* A quiet member's global address moves to the module's own device: no
 * neighbour asks there, and packets are delivered all the same. A link-local
 * address works on its link only, so it stays, held by a local route.
 */
static bool wants_link(struct anycast6_net *an,
		       const struct anycast6_member *member)
{
	return is_onlink(an, member) &&
	       (!wants_quiet(an, member) ||
		anycast6_group_is_linklocal(member->group));
}

/* The socket tables are read once, and the answer is kept in @member->unserved:
 * they may say something else a moment later.
 */
static u8 find_fault(struct anycast6_net *an, struct anycast6_member *member)
{
	bool unserved = anycast6_watch_look(an, member);

	WRITE_ONCE(member->unserved, unserved);
	if (anycast6_lease_is_over(anycast6_member_lease(an, member)))
		return ANYCAST6_REASON_LEASE;
	if (unserved)
		return ANYCAST6_REASON_SERVICE;
	return member->life == ANYCAST6_LIFE_DOWN ? ANYCAST6_REASON_PROBE : 0;
}

/* Finds out what a member's state depends on. This runs twice when an announced
 * address is reconciled, by anycast6_address_withdraw() and
 * anycast6_address_settle(), and has effects: it begins and ends probes and the
 * damper's wait, and deletes the local route of a former unicast address.
 * Returns a negative errno if the member is not probed though it should be.
 */
static int look_at_member(struct anycast6_net *an,
			  struct anycast6_member *member)
{
	int err;

	member->error = 0;
	if (member->reason == ANYCAST6_REASON_ADDRESS)
		anycast6_delivery_drop_unicast(an, member->link,
					       &member->group->key.addr);
	anycast6_link_refresh(an, member->link);
	anycast6_mark_waiting(an, member->link);
	err = anycast6_probing_settle(an, member);
	member->fault = find_fault(an, member);
	if (anycast6_damper_waits(an, member, !member_reason(member)))
		member->fault = ANYCAST6_REASON_HOLD;
	return err;
}

/* Returns whether the member needs the address to be held off-link. That
 * depends on its role, which is elected here.
 */
static bool is_offlink(struct anycast6_net *an, struct anycast6_member *member)
{
	anycast6_elect(an, member, is_onlink(an, member));
	return !member->nexthop && member->link->running &&
	       !wants_link(an, member);
}

static void take_over(struct anycast6_net *an, struct anycast6_member *member)
{
	member->succeeds = false;
	WRITE_ONCE(member->found, true);
	anycast6_advert_take_over(an->net, &member->group->key.addr,
				  member->link->ifindex);
}

/* The link is told of a new member that answers, once the address is held. */
static void succeed_member(struct anycast6_net *an,
			   struct anycast6_member *member)
{
	if (member->nexthop)
		return;
	if (member->state != ANYCAST6_STATE_UP)
		WRITE_ONCE(member->found, false);
	else if (member->succeeds)
		take_over(an, member);
}

static void settle_held(struct anycast6_net *an, struct anycast6_member *member)
{
	const struct in6_addr *addr = &member->group->key.addr;
	struct anycast6_held *held = &member->held;

	if (member->nexthop)
		return;
	if (!member->link->running || !wants_link(an, member)) {
		anycast6_delivery_release(an, held, addr);
		return;
	}
	member->error = anycast6_delivery_settle(an, held, member->link, addr,
						 wants_quiet(an, member));
}

/* Returns true if the kernel refused to hold the address for a member. */
static bool settle_states(struct anycast6_net *an, struct anycast6_group *group,
			  int offlink_error)
{
	struct anycast6_member *member;
	bool bad = false;

	list_for_each_entry(member, &group->members, node) {
		u8 delivery = member->held.delivery;

		if (member->link->running && !member->nexthop &&
		    !member->held.ifindex) {
			member->error = offlink_error;
			delivery = group->offlink.delivery;
		}
		bad |= member->error;
		set_member_state(an, member, member_reason(member), delivery);
		succeed_member(an, member);
	}
	return bad;
}

/**
 * anycast6_address_release() - let an address go
 * @an: the namespace
 * @group: the address, which has no members any more
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_address_release(struct anycast6_net *an,
			      struct anycast6_group *group)
{
	anycast6_publish_withdraw(an, group);
	anycast6_daemon_routes_send(an);
	anycast6_delivery_release(an, &group->offlink, &group->key.addr);
	anycast6_own_route_drop(an, group);
}

/**
 * anycast6_address_withdraw() - no longer announce an address that goes down
 * @an: the namespace
 * @group: the address
 *
 * Routing takes time to converge, and packets that arrive until then should be
 * delivered. So callers withdraw the routes of all marked addresses, with
 * anycast6_daemon_routes_send(), before anycast6_address_settle() lets any of
 * the addresses go.
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_address_withdraw(struct anycast6_net *an,
			       struct anycast6_group *group)
{
	struct anycast6_member *member;
	bool live = false;

	if (!group->published.host && !group->published.scope)
		return;
	if (!anycast6_local_is_unicast(an, &group->key))
		list_for_each_entry(member, &group->members, node) {
			look_at_member(an, member);
			live |= anycast6_publish_may(member) &&
				member_state(member, member_reason(member)) ==
				ANYCAST6_STATE_UP;
		}
	if (!live)
		anycast6_publish_withdraw(an, group);
}

/**
 * anycast6_address_settle() - hold an address as it should be
 * @an: the namespace
 * @group: the address; the routes for daemons are only queued, and change with
 *         anycast6_daemon_routes_send()
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: true if something was refused or failed, and must be tried again.
 */
bool anycast6_address_settle(struct anycast6_net *an,
			     struct anycast6_group *group)
{
	struct anycast6_member *member;
	bool offlink = false, bad = false;
	int error = 0;

	if (anycast6_local_is_unicast(an, &group->key)) {
		yield_to_unicast(an, group);
		anycast6_own_route_drop(an, group);
		return false;
	}

	anycast6_link_refresh(an, group->domain->link);
	anycast6_mark_waiting(an, group->domain->link);
	list_for_each_entry(member, &group->members, node)
		bad |= look_at_member(an, member);
	/* an election reads what was found out about all members */
	list_for_each_entry(member, &group->members, node)
		offlink |= is_offlink(an, member);
	/* the new way of holding it first, so that no packet is lost */
	if (offlink)
		settle_offlink(an, group, true, &error);
	list_for_each_entry(member, &group->members, node)
		settle_held(an, member);
	if (!offlink)
		settle_offlink(an, group, false, &error);
	bad |= settle_states(an, group, error);
	bad |= anycast6_publish(an, group);
	return anycast6_own_route_settle(an, group) || bad;
}

/**
 * anycast6_address_reconcile() - reconcile one address now
 * @an: the namespace
 * @group: the address, which has members
 *
 * A request does this before it returns, so that the states that users see are
 * those that packets meet. What the kernel refuses is tried again later.
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_address_reconcile(struct anycast6_net *an,
				struct anycast6_group *group)
{
	bool bad;

	lockdep_assert_held(&an->lock);

	anycast6_address_withdraw(an, group);
	anycast6_daemon_routes_send(an);
	bad = anycast6_address_settle(an, group);
	if (bad)
		anycast6_mark_enlist(an, group);
	if (anycast6_daemon_routes_send(an) || bad)
		anycast6_mark_retry(an);
}
