// SPDX-License-Identifier: GPL-2.0
/*
 * The election: which of the members on one link answers neighbours that look
 * for the address there. Knows who is alive, not how neighbours are answered.
 */
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "message/notify.h"
#include "net.h"
#include "object/group.h"
#include "object/member.h"
#include "probe/probe.h"
#include "probe/probing.h"
#include "probe/rival.h"
#include "reconcile/elect.h"
#include "way/nexthop.h"

/* A member behind a gateway can't answer neighbours on the link. */
static bool is_rival(const struct anycast6_member *member, u32 ifindex)
{
	return member->nexthop && member->link->ifindex == ifindex &&
	       member->nexthop->direct && member->traits.probe;
}

/* The member has answered a probe, and said that it holds the address on the
 * link.
 */
static bool is_alive(const struct anycast6_member *member)
{
	return member->link->running && !member->nexthop->reason &&
	       !member->fault && !member->draining &&
	       member->life == ANYCAST6_LIFE_UP &&
	       member->marks & ANYCAST6_PROBE_ONLINK;
}

/* The source of this node's probes to @other, which will call it by that. */
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
 * @alive: one of them is alive
 * @outranked: one that is alive comes before this node's member
 * @unseen: one that this node can't see comes before it, and may be alive
 * @vanished: one that neighbours had found is alive no longer
 */
struct rivals {
	bool any;
	bool alive;
	bool outranked;
	bool unseen;
	bool vanished;
};

/* Neighbours that have found a member stay with it, even if another one comes
 * before it later. Returns true, once, if the member is alive no longer: those
 * neighbours must be told where the address is now.
 */
static bool take_vanished(struct anycast6_member *other)
{
	bool alive = is_alive(other);
	bool found = other->found;

	WRITE_ONCE(other->found,
		   alive && other->marks & ANYCAST6_PROBE_FOUND);
	return found && !alive && anycast6_probing_has_way(other);
}

static void find_rivals(struct anycast6_net *an, struct anycast6_member *member,
			struct rivals *rivals)
{
	const struct in6_addr *addr = &member->group->key.addr;
	struct anycast6_member *other;
	struct in6_addr name;
	bool called;

	called = anycast6_rival_read_name(an, member, &name);
	list_for_each_entry(other, &member->group->members, node) {
		const struct in6_addr *via;
		bool first;

		if (!is_rival(other, member->link->ifindex))
			continue;
		via = &other->nexthop->slot.target.addr;
		/* before others have asked, the name that probes will carry */
		first = (called || find_source(an, member, via, &name)) &&
			anycast6_rival_is_before(addr, via, &name);
		rivals->any = true;
		rivals->alive |= is_alive(other);
		rivals->outranked |= first && is_alive(other);
		rivals->unseen |= first && !anycast6_probing_has_way(other);
		rivals->vanished |= take_vanished(other);
	}
}

static enum anycast6_role role_among(const struct rivals *rivals)
{
	if (!rivals->any)
		return ANYCAST6_ROLE_NONE;
	return rivals->outranked ? ANYCAST6_ROLE_YIELDS : ANYCAST6_ROLE_ANSWERS;
}

/* Whether the member is to tell the link that it answers now, as soon as it is
 * up. It does not while a rival that this node can't see may still answer. A
 * wish from an earlier election ends when a rival is alive: that one told it.
 */
static bool is_successor(const struct anycast6_member *member,
			 enum anycast6_role role, const struct rivals *rivals)
{
	if (role != ANYCAST6_ROLE_ANSWERS || rivals->unseen ||
	    !member->link->running || !member->link->carrier)
		return false;
	return member->role == ANYCAST6_ROLE_YIELDS || rivals->vanished ||
	       (member->succeeds && !rivals->alive);
}

/* Returns whether the role is another one than before. */
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
 * @member: the member; life, marks and fault of its rivals are up to date
 * @onlink: the address is on-link on the member's device
 *
 * Sets the role, and whether the link is to be told of it. Runs once per
 * reconciliation of an address, because take_vanished() and
 * anycast6_rival_take_renamed() consume what they report.
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
	/* a member that comes first by a new name succeeds nobody who died */
	member->succeeds = !anycast6_rival_take_renamed(an, member) &&
			   is_successor(member, role, &rivals);
	if (set_role(an, member, role) && member->told)
		anycast6_notify_member(an, ANYCAST6_CMD_CHANGED, member);
}

/**
 * anycast6_elect_leave() - take a member that goes out of the election
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
