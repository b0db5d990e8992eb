// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the members on one link answers who looks for the address there.
 * Knows who is alive, not how neighbours are answered.
 */
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "lib/addr.h"
#include "lib/select.h"
#include "message/notify.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "probe/probe.h"
#include "probe/rival.h"
#include "reconcile/elect.h"
#include "way/nexthop.h"

/* Who is behind a gateway can't answer there. */
static bool is_watched(const struct anycast6_member *member, u32 ifindex)
{
	return member->nexthop && member->link->ifindex == ifindex &&
	       member->nexthop->direct && member->traits.probe;
}

/* It has answered, and said that it can be found on the link. */
static bool is_alive(const struct anycast6_member *member)
{
	return member->link->running && !member->nexthop->reason &&
	       !member->fault && !member->draining &&
	       member->life == ANYCAST6_LIFE_UP &&
	       member->marks & ANYCAST6_PROBE_ONLINK;
}

/* It is this node that has lost the way: nothing is known of the other. */
static bool is_unknown(const struct anycast6_member *member)
{
	u8 reason = member->nexthop->reason;

	return !member->link->running ||
	       (reason && reason != ANYCAST6_REASON_NEIGHBOUR);
}

/* The address that this node asks another one from. */
static bool find_source(struct anycast6_net *an,
			const struct anycast6_member *member,
			const struct in6_addr *other, struct in6_addr *name)
{
	struct net_device *dev;
	bool found;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, member->link->ifindex);
	found = dev && !ipv6_dev_get_saddr(an->net, dev, other, 0, name);
	rcu_read_unlock();
	return found;
}

/**
 * struct rivals - the other members on a link
 * @any: there are some
 * @alive: one of them is up
 * @first: one that is up is before this node's
 * @unknown: one may be, or not
 * @left: one that neighbours had found is up no more
 */
struct rivals {
	bool any;
	bool alive;
	bool first;
	bool unknown;
	bool left;
};

/* Whoever has found one stays there, whatever others come before it. Returns
 * whether it is up no more, and who has found it has nobody.
 */
static bool has_left(struct anycast6_member *other)
{
	bool alive = is_alive(other);
	bool found = other->found;

	WRITE_ONCE(other->found,
		   alive && other->marks & ANYCAST6_PROBE_FOUND);
	return found && !alive && !is_unknown(other);
}

static void find_rivals(struct anycast6_net *an, struct anycast6_member *member,
			struct rivals *rivals)
{
	const struct in6_addr *addr = &member->group->key.addr;
	struct anycast6_member *other;
	struct in6_addr name;
	bool called;

	called = anycast6_rival_is_called(an, member, &name);
	list_for_each_entry(other, &member->group->members, node) {
		const struct in6_addr *via;
		bool first;

		if (!is_watched(other, member->link->ifindex))
			continue;
		via = &other->nexthop->slot.target.addr;
		/* before the others have asked, by what they will be asked */
		first = (called || find_source(an, member, via, &name)) &&
			anycast6_rival_is_before(addr, via, &name);
		rivals->any = true;
		rivals->alive |= is_alive(other);
		rivals->first |= first && is_alive(other);
		rivals->unknown |= first && is_unknown(other);
		rivals->left |= has_left(other);
	}
}

static enum anycast6_role role_among(const struct rivals *rivals)
{
	if (!rivals->any)
		return ANYCAST6_ROLE_NONE;
	return rivals->first ? ANYCAST6_ROLE_YIELDS : ANYCAST6_ROLE_ANSWERS;
}

/* Whether the link is to be told, when the member is up: not of who may still
 * answer, and not if somebody who was up has done so.
 */
static bool is_successor(const struct anycast6_member *member,
			 enum anycast6_role role, const struct rivals *rivals)
{
	if (role != ANYCAST6_ROLE_ANSWERS || rivals->unknown ||
	    !member->link->running || !member->link->carrier)
		return false;
	return member->role == ANYCAST6_ROLE_YIELDS || rivals->left ||
	       (member->succeeds && !rivals->alive);
}

/* Returns whether it is another one. */
static bool set_role(struct anycast6_net *an, struct anycast6_member *member,
		     enum anycast6_role role)
{
	if (member->role == role)
		return false;
	WRITE_ONCE(an->contested, an->contested + !!role - !!member->role);
	WRITE_ONCE(member->role, role);
	anycast6_net_changed(an);
	return true;
}

/**
 * anycast6_elect() - decide whether a member answers on its link
 * @an: the namespace
 * @member: the member; what is known of the others is known
 * @onlink: the address is one of its link
 *
 * Context: process, under @an->lock.
 */
void anycast6_elect(struct anycast6_net *an, struct anycast6_member *member,
		    bool onlink)
{
	struct rivals rivals = {};
	enum anycast6_role role;

	lockdep_assert_held(&an->lock);

	if (onlink && !member->nexthop && member->traits.probe)
		find_rivals(an, member, &rivals);
	role = role_among(&rivals);
	/* who has another name is not before the others because one has died */
	member->succeeds = !anycast6_rival_take_renamed(an, member) &&
			   is_successor(member, role, &rivals);
	if (set_role(an, member, role) && member->told)
		anycast6_notify_member(an, ANYCAST6_CMD_CHANGED, member);
}

/**
 * anycast6_elect_leave() - a member goes
 * @an: the namespace
 * @member: the member
 *
 * Context: process, under @an->lock.
 */
void anycast6_elect_leave(struct anycast6_net *an,
			  struct anycast6_member *member)
{
	lockdep_assert_held(&an->lock);
	set_role(an, member, ANYCAST6_ROLE_NONE);
}
