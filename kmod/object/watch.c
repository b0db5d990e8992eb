// SPDX-License-Identifier: GPL-2.0
/*
 * The watch over members with services: whether somebody listens, seen by the
 * first packet of a flow and, without traffic, now and then.
 * Says where to look again; decides no state.
 */
#include <linux/jiffies.h>
#include <linux/rculist.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "kernel/socket.h"
#include "net.h"
#include "object/group.h"
#include "object/mark.h"
#include "object/member.h"
#include "object/watch.h"

/* How often all of them are looked at; where that is too much for one go, how
 * many a go, and how soon the next.
 */
#define ROUND	msecs_to_jiffies(200)
#define GO	msecs_to_jiffies(10)
#define GO_MAX	1024

/* Packets come by the member's link, or by any, where only a socket that is
 * bound to none has them all.
 */
static void set_devices(const struct anycast6_member *member,
			struct anycast6_socket_query *query)
{
	const struct anycast6_link *link = member->link;
	u32 vrf = link->own ? anycast6_group_vrf(member->group) :
			      READ_ONCE(link->vrf);

	query->dif = vrf ? : link->own ? 0 : link->ifindex;
	if (vrf)
		query->sdif = link->own ? vrf : link->ifindex;
}

/**
 * anycast6_watch_is_unserved() - whether nobody listens at a port of a member's
 * @an: the namespace
 * @member: the member, not dead
 *
 * Context: RCU, or under @an->lock; softirq or process.
 * Return: false also of one that has no services.
 */
bool anycast6_watch_is_unserved(struct anycast6_net *an,
				const struct anycast6_member *member)
{
	struct anycast6_socket_query query = {
		.source = &in6addr_any,
		.destination = &member->group->key.addr,
	};
	const struct anycast6_service *service;
	const struct anycast6_offer *offer;
	unsigned int i;
	bool unserved = false;

	rcu_read_lock();
	offer = rcu_dereference(member->traits.offer);
	if (offer)
		set_devices(member, &query);
	for (i = 0; offer && !unserved && i < offer->services.n; i++) {
		service = &offer->services.list[i];
		query.proto = service->proto;
		query.dport = htons(service->port);
		unserved = !anycast6_socket_find(an->net, &query);
	}
	rcu_read_unlock();
	return unserved;
}

/**
 * anycast6_watch_look() - look whether nobody listens, for its state
 * @an: the namespace
 * @member: the member
 *
 * Context: process, under @an->lock.
 * Return: what anycast6_watch_is_unserved() does.
 */
bool anycast6_watch_look(struct anycast6_net *an,
			 struct anycast6_member *member)
{
	lockdep_assert_held(&an->lock);

	WRITE_ONCE(member->doubted, false);
	/* who sees something else from here on, says so */
	smp_mb();
	return anycast6_watch_is_unserved(an, member);
}

/* It is said once; in between a flood costs no more than the look. */
static void doubt_member(struct anycast6_net *an,
			 struct anycast6_member *member)
{
	if (READ_ONCE(member->doubted))
		return;
	WRITE_ONCE(member->doubted, true);
	anycast6_mark_group(an, member->group);
}

/* Of one that the kernel may not deliver to, nobody looks at the services. */
static bool has_changed(struct anycast6_net *an,
			const struct anycast6_member *member)
{
	return READ_ONCE(member->reason) != ANYCAST6_REASON_ADDRESS &&
	       anycast6_watch_is_unserved(an, member) !=
		       READ_ONCE(member->unserved);
}

/**
 * anycast6_watch_serves() - whether a local member has somebody for a new flow
 * @an: the namespace
 * @member: the member, not dead
 *
 * If not, its state will say so soon.
 *
 * Context: RCU; softirq or process.
 */
bool anycast6_watch_serves(struct anycast6_net *an,
			   struct anycast6_member *member)
{
	if (likely(!rcu_access_pointer(member->traits.offer)))
		return true;
	if (!anycast6_watch_is_unserved(an, member))
		return true;
	doubt_member(an, member);
	return false;
}

/**
 * anycast6_watch_delivered() - a packet is about to be delivered
 * @an: the namespace
 * @group: the address it came to
 *
 * There is no choice any more, but others may soon have one. A look in a tick
 * is enough for that.
 *
 * Context: RCU; softirq or process.
 */
void anycast6_watch_delivered(struct anycast6_net *an,
			      struct anycast6_group *group)
{
	struct anycast6_member *member;

	if (likely(!READ_ONCE(an->watch.n)))
		return;
	list_for_each_entry_rcu(member, &group->members, node) {
		if (!rcu_access_pointer(member->traits.offer) ||
		    READ_ONCE(member->looked) == (u32)jiffies)
			continue;
		WRITE_ONCE(member->looked, jiffies);
		if (has_changed(an, member))
			doubt_member(an, member);
	}
}

/**
 * anycast6_watch_names() - whether a port of an address is a service
 * @group: the address
 * @proto: IP protocol
 * @port: host order
 *
 * Context: RCU.
 * Return: true also where a local member names none, which is for all.
 */
bool anycast6_watch_names(const struct anycast6_group *group, u8 proto,
			  u16 port)
{
	const struct anycast6_member *member;
	const struct anycast6_offer *offer;

	list_for_each_entry_rcu(member, &group->members, node) {
		if (member->nexthop)
			continue;
		offer = rcu_dereference(member->traits.offer);
		if (!offer ||
		    anycast6_services_name(&offer->services, proto, port))
			return true;
	}
	return false;
}

/* ---- now and then ---- */

/* Returns how many are left for this round. */
static unsigned int look_around(struct anycast6_net *an)
{
	struct anycast6_watch *watch = &an->watch;
	struct anycast6_member *member;
	unsigned int i;

	if (!watch->left || watch->left > watch->n)
		watch->left = watch->n;
	for (i = 0; watch->left && i < GO_MAX; i++, watch->left--) {
		member = list_first_entry(&watch->members,
					  struct anycast6_member, of_watch);
		list_move_tail(&member->of_watch, &watch->members);
		if (has_changed(an, member))
			doubt_member(an, member);
		cond_resched();
	}
	return watch->left;
}

static void go_round(struct work_struct *work)
{
	struct anycast6_net *an = container_of(to_delayed_work(work),
					       struct anycast6_net, watch.work);
	unsigned int left, n;

	mutex_lock(&an->lock);
	left = look_around(an);
	n = an->watch.n;
	mutex_unlock(&an->lock);
	if (n)
		anycast6_net_queue(an, &an->watch.work, left ? GO : ROUND);
}

/**
 * anycast6_watch_init() - watch nothing yet
 * @watch: of a new namespace
 *
 * Context: process.
 */
void anycast6_watch_init(struct anycast6_watch *watch)
{
	INIT_LIST_HEAD(&watch->members);
	INIT_DELAYED_WORK(&watch->work, go_round);
}

/**
 * anycast6_watch_settle() - watch over a member, if it has services now
 * @an: the namespace
 * @member: the member
 *
 * Context: process, under @an->lock.
 */
void anycast6_watch_settle(struct anycast6_net *an,
			   struct anycast6_member *member)
{
	lockdep_assert_held(&an->lock);

	if (!rcu_access_pointer(member->traits.offer)) {
		anycast6_watch_leave(an, member);
		return;
	}
	if (!list_empty(&member->of_watch))
		return;
	list_add_tail(&member->of_watch, &an->watch.members);
	WRITE_ONCE(an->watch.n, an->watch.n + 1);
	anycast6_net_queue(an, &an->watch.work, ROUND);
}

/**
 * anycast6_watch_leave() - watch over a member no longer
 * @an: the namespace
 * @member: the member, watched or not
 *
 * Context: process, under @an->lock.
 */
void anycast6_watch_leave(struct anycast6_net *an,
			  struct anycast6_member *member)
{
	lockdep_assert_held(&an->lock);

	if (list_empty(&member->of_watch))
		return;
	list_del_init(&member->of_watch);
	WRITE_ONCE(an->watch.n, an->watch.n - 1);
}
