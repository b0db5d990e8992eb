// SPDX-License-Identifier: GPL-2.0
/*
 * Rivals: members of several nodes on one link, which probe each other. Which
 * of them comes first, and by which name others know this node. Knows names;
 * does not decide who answers neighbours.
 */
#include <linux/rculist.h>
#include <net/ipv6.h>

#include "kernel/link.h"
#include "kernel/local.h"
#include "lib/addr.h"
#include "lib/select.h"
#include "net.h"
#include "object/group.h"
#include "object/mark.h"
#include "object/member.h"
#include "probe/rival.h"
#include "way/nexthop.h"

/**
 * anycast6_rival_is_before() - which of two members is to answer neighbours
 * @addr: the address that both hold, network order
 * @a: the name of one, a unicast address, network order
 * @b: the name of the other, likewise
 *
 * Rendezvous hashing: all nodes on the link find the same order, addresses are
 * spread over members, and a member that goes does not change the order of
 * others. So anycast6_select_flow() is part of the protocol: nodes whose
 * versions differ in it would elect different members.
 *
 * Context: any.
 * Return: true if @a comes before @b.
 */
bool anycast6_rival_is_before(const struct in6_addr *addr,
			      const struct in6_addr *a,
			      const struct in6_addr *b)
{
	u64 weight_a = anycast6_select_flow(addr, a, 0, 0);
	u64 weight_b = anycast6_select_flow(addr, b, 0, 0);

	if (weight_a != weight_b)
		return weight_a > weight_b;
	return ipv6_addr_cmp(a, b) > 0;
}

/**
 * anycast6_rival_name() - note a name by which another node knows a member
 * @an: the namespace
 * @member: the member, on this node
 * @name: a unicast address of this node, network order, from the node's probe
 *
 * A node gives way to this one only after a reply to a probe with this name. So
 * if each node uses the strongest of its names, two nodes never give way to
 * each other: at worst both answer. That holds whatever addresses they have,
 * and whatever names forged probes have.
 *
 * Context: softirq or process, under RCU.
 */
void anycast6_rival_name(struct anycast6_net *an,
			 struct anycast6_member *member,
			 const struct in6_addr *name)
{
	struct anycast6_group *group = member->group;
	bool stronger;

	if (!READ_ONCE(member->traits.probe))
		return;
	spin_lock_bh(&an->names_lock);
	/* nearly every probe has the same name: skip the hash then */
	stronger = !ipv6_addr_equal(name, &member->name) &&
		   (ipv6_addr_any(&member->name) ||
		    anycast6_rival_is_before(&group->key.addr, name,
					     &member->name));
	if (stronger) {
		member->name = *name;
		member->renamed = true;
	}
	spin_unlock_bh(&an->names_lock);
	if (stronger)
		anycast6_mark_group(an, group);
}

/**
 * anycast6_rival_read_name() - read the name by which others know a member
 * @an: the namespace
 * @member: the member, on this node
 * @name: result: a unicast address of this node, network order
 *
 * A name that is no address of this node any more is forgotten.
 *
 * Context: process, under @an->lock.
 * Return: false if there is no name.
 */
bool anycast6_rival_read_name(struct anycast6_net *an,
			      struct anycast6_member *member,
			      struct in6_addr *name)
{
	struct anycast6_key key = {};

	lockdep_assert_held(&an->lock);

	spin_lock_bh(&an->names_lock);
	*name = member->name;
	spin_unlock_bh(&an->names_lock);
	if (ipv6_addr_any(name))
		return false;
	key.addr = *name;
	key.domain = anycast6_addr_is_linklocal(name) ?
		     member->link->ifindex : anycast6_group_vrf(member->group);
	if (anycast6_local_is_unicast(an, &key))
		return true;
	spin_lock_bh(&an->names_lock);
	member->name = in6addr_any;
	member->renamed = true;
	spin_unlock_bh(&an->names_lock);
	return false;
}

/**
 * anycast6_rival_take_renamed() - whether a member's name changed since the
 * last call
 * @an: the namespace
 * @member: the member, on this node
 *
 * Each election calls this once.
 *
 * Context: process, under @an->lock.
 * Return: true if the name changed.
 */
bool anycast6_rival_take_renamed(struct anycast6_net *an,
				 struct anycast6_member *member)
{
	bool renamed;

	lockdep_assert_held(&an->lock);

	spin_lock_bh(&an->names_lock);
	renamed = member->renamed;
	member->renamed = false;
	spin_unlock_bh(&an->names_lock);
	return renamed;
}

/**
 * anycast6_rival_is_contested() - whether a remote member has a rival here
 * @member: the remote member
 *
 * Context: RCU.
 * Return: true if it is a neighbour on a link where a member of this node has
 * probes configured. Probes to it then have ANYCAST6_PROBE_RIVAL.
 */
bool anycast6_rival_is_contested(const struct anycast6_member *member)
{
	const struct anycast6_member *own;

	if (!READ_ONCE(member->nexthop->direct))
		return false;
	list_for_each_entry_rcu(own, &member->group->members, node)
		if (!own->nexthop && own->link == member->link)
			return READ_ONCE(own->traits.probe);
	return false;
}
