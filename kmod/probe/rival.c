// SPDX-License-Identifier: GPL-2.0
/*
 * Members on one link that watch each other: who comes before whom, and by which
 * name others know this node. Knows names, not who answers in the end.
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
 * anycast6_rival_is_before() - which of two members is to answer
 * @addr: the address that both hold, network order
 * @a: the name of one
 * @b: the name of the other
 *
 * By rendezvous hashing: all on the link find the same, addresses are spread over
 * members, and one that goes changes nothing among the others.
 *
 * Context: any.
 * Return: whether it is @a.
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
 * anycast6_rival_name() - another node on the link knows a member by an address
 * @an: the namespace
 * @member: the member, on this node
 * @name: a unicast address of this node, network order
 *
 * Who gives way to this node has had an answer to a question that had this name
 * in it. So if each node goes by the strongest of its names, whatever addresses it
 * has, and whatever is claimed in forged questions, there are never two that both
 * give way to each other: at worst both answer.
 *
 * Context: RCU; any.
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
	/* nearly every probe says what the one before it said */
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
 * anycast6_rival_is_called() - by which name others know a member
 * @an: the namespace
 * @member: the member, on this node
 * @name: result: a unicast address of this node, network order
 *
 * Context: process, under @an->lock.
 * Return: false if nobody has called it by a name that it still has.
 */
bool anycast6_rival_is_called(struct anycast6_net *an,
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
 * anycast6_rival_take_renamed() - whether a member has another name than at the last
 * election
 * @an: the namespace
 * @member: the member, on this node
 *
 * Context: process, under @an->lock.
 * Return: true once for each time that it was renamed.
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
 * anycast6_rival_is_watched() - whether a remote member is watched by one of this
 * node, on the same link
 * @member: the remote member
 *
 * Context: RCU.
 */
bool anycast6_rival_is_watched(const struct anycast6_member *member)
{
	const struct anycast6_member *own;

	if (!READ_ONCE(member->nexthop->direct))
		return false;
	list_for_each_entry_rcu(own, &member->group->members, node)
		if (!own->nexthop && own->link == member->link)
			return READ_ONCE(own->traits.probe);
	return false;
}
