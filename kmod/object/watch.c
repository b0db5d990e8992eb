// SPDX-License-Identifier: GPL-2.0
/*
 * The watch over members with services: it asks the kernel whether somebody
 * listens there, when packets come and every 200 ms. Marks addresses whose
 * members may have changed; decides no state.
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

/* Each member is looked at once in a round, at most GO_MAX of them in one go;
 * the next go of the same round comes soon.
 */
#define ROUND	msecs_to_jiffies(200)
#define GO	msecs_to_jiffies(10)
#define GO_MAX	1024

/* Packets to a member come by its link. Those to a member on the module's own
 * device may come by any: only a socket that is bound to no device gets them
 * all.
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
 * anycast6_watch_is_unserved() - whether nobody listens at one of a member's
 * services now
 * @an: the namespace
 * @member: the member, not dead
 *
 * Context: RCU, or under @an->lock; softirq or process.
 * Return: false also for a member without services.
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
 * anycast6_watch_look() - look at a member's sockets for reconciliation
 * @an: the namespace
 * @member: the member; the caller keeps the result in its @unserved
 *
 * Context: process, under @an->lock.
 * Return: as anycast6_watch_is_unserved().
 */
bool anycast6_watch_look(struct anycast6_net *an,
			 struct anycast6_member *member)
{
	lockdep_assert_held(&an->lock);

	WRITE_ONCE(member->doubted, false);
	/* Clear the flag before looking: doubt_member() sets it again for
	 * whoever sees the sockets change after this look.
	 */
	smp_mb();
	return anycast6_watch_is_unserved(an, member);
}

/* Marks the address, but only once until the next reconciliation: a flood of
 * packets then costs no more than looking. The caller has looked at the sockets
 * before this reads the flag that anycast6_watch_look() clears.
 */
static void doubt_member(struct anycast6_net *an,
			 struct anycast6_member *member)
{
	if (READ_ONCE(member->doubted))
		return;
	WRITE_ONCE(member->doubted, true);
	anycast6_mark_group(an, member->group);
}

/* While the address is a unicast address of this node, reconciliation does not
 * look at the sockets: @unserved stays as it was, and marking would never end.
 */
static bool has_changed(struct anycast6_net *an,
			const struct anycast6_member *member)
{
	return READ_ONCE(member->reason) != ANYCAST6_REASON_ADDRESS &&
	       anycast6_watch_is_unserved(an, member) !=
		       READ_ONCE(member->unserved);
}

/**
 * anycast6_watch_serves() - whether somebody listens at a local member's
 * services
 * @an: the namespace
 * @member: the member, not dead
 *
 * If nobody does, the address is marked, and reconciliation takes the member
 * down.
 *
 * Context: RCU; softirq or process.
 * Return: true also for a member without services.
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
 * anycast6_watch_delivered() - look at the sockets because of a delivered
 * packet
 * @an: the namespace
 * @group: the address that the packet came to
 *
 * This packet goes to its socket in any case. The look is for routers
 * elsewhere, which choose by the members' states; one per member and jiffy is
 * enough for them.
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
 * anycast6_watch_has_service() - whether a port is one of an address's services
 * @group: the address
 * @proto: IP protocol
 * @port: host order
 *
 * Context: RCU.
 * Return: true if a local member names the port, or names no services at all
 * and so serves every port.
 */
bool anycast6_watch_has_service(const struct anycast6_group *group, u8 proto,
				u16 port)
{
	const struct anycast6_member *member;
	const struct anycast6_offer *offer;

	list_for_each_entry_rcu(member, &group->members, node) {
		if (member->nexthop)
			continue;
		offer = rcu_dereference(member->traits.offer);
		if (!offer ||
		    anycast6_services_have(&offer->services, proto, port))
			return true;
	}
	return false;
}

/* ---- without packets ---- */

/* One go. Returns how many members are left in this round. */
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
 * anycast6_watch_init() - prepare the watch, over no members yet
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
 * anycast6_watch_settle() - watch a member if it has services, else stop
 * @an: the namespace
 * @member: the member, whose services may have changed
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
 * anycast6_watch_leave() - stop watching a member
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
