// SPDX-License-Identifier: GPL-2.0
/*
 * Members: the interfaces that hold an address.
 * Knows how one is made and ends, not how its state is decided.
 */
#include <linux/slab.h>

#include <uapi/linux/anycast6.h>

#include "entry.h"
#include "group.h"
#include "link.h"
#include "member.h"
#include "net.h"
#include "notify.h"
#include "reconcile.h"

/**
 * anycast6_member_entry() - the entry that made a member
 * @an: the namespace
 * @member: the member
 *
 * Context: process, under @an->lock.
 * Return: the entry, NULL if the member was configured.
 */
struct anycast6_entry *anycast6_member_entry(struct anycast6_net *an,
					     struct anycast6_member *member)
{
	return rcu_dereference_protected(member->entry,
					 lockdep_is_held(&an->lock));
}

/**
 * anycast6_member_find() - find the member on a device
 * @an: the namespace
 * @group: the address
 * @ifindex: interface index of the device
 *
 * Context: process, under @an->lock.
 * Return: the member, or NULL.
 */
struct anycast6_member *anycast6_member_find(struct anycast6_net *an,
					     struct anycast6_group *group,
					     u32 ifindex)
{
	struct anycast6_member *member;

	lockdep_assert_held(&an->lock);

	list_for_each_entry(member, &group->members, node)
		if (member->link->ifindex == ifindex)
			return member;
	return NULL;
}

/**
 * anycast6_member_create() - add a member to an address, down for now
 * @an: the namespace
 * @group: the address, which has no member on @link yet
 * @link: the device
 * @entry: the entry that makes it, or NULL
 *
 * Context: process, under @an->lock.
 * Return: the member, or an ERR_PTR(): %-ENOSPC at the limit, %-ENOMEM.
 */
struct anycast6_member *anycast6_member_create(struct anycast6_net *an,
					       struct anycast6_group *group,
					       struct anycast6_link *link,
					       struct anycast6_entry *entry)
{
	struct anycast6_member *member;

	lockdep_assert_held(&an->lock);

	if (an->used.members >= READ_ONCE(an->limits.members))
		return ERR_PTR(-ENOSPC);

	member = kzalloc(sizeof(*member), GFP_KERNEL_ACCOUNT);
	if (!member)
		return ERR_PTR(-ENOMEM);
	member->stats = anycast6_stats_alloc(GFP_KERNEL_ACCOUNT);
	if (!member->stats) {
		kfree(member);
		return ERR_PTR(-ENOMEM);
	}

	member->group = group;
	member->link = link;
	member->state = ANYCAST6_STATE_DOWN;
	INIT_LIST_HEAD(&member->of_entry);
	if (entry) {
		RCU_INIT_POINTER(member->entry, entry);
		anycast6_entry_attach(an, entry, member);
	}
	link->users++;
	list_add_tail(&member->on_link, &link->members);
	list_add_tail_rcu(&member->node, &group->members);
	an->used.members++;
	anycast6_net_changed(an);
	return member;
}

/**
 * anycast6_member_announce() - tell listeners of a new member
 * @an: the namespace
 * @member: the member, its state decided
 *
 * Context: process, under @an->lock.
 */
void anycast6_member_announce(struct anycast6_net *an,
			      struct anycast6_member *member)
{
	lockdep_assert_held(&an->lock);
	member->known = true;
	anycast6_notify_member(an, ANYCAST6_CMD_ADDED, member);
}

static void free_rcu(struct rcu_head *head)
{
	struct anycast6_member *member =
		container_of(head, struct anycast6_member, rcu);

	free_percpu(member->stats);
	kfree(member);
}

/**
 * anycast6_member_destroy() - remove a member, with the last one its address
 * @an: the namespace
 * @member: the member
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_member_destroy(struct anycast6_net *an,
			     struct anycast6_member *member)
{
	struct anycast6_entry *entry = anycast6_member_entry(an, member);
	struct anycast6_group *group = member->group;
	bool known = member->known;

	lockdep_assert_held(&an->lock);

	if (known)
		anycast6_notify_member(an, ANYCAST6_CMD_DELETED, member);
	list_del_rcu(&member->node);
	list_del(&member->on_link);
	if (entry)
		anycast6_entry_detach(an, entry, member);
	an->used.members--;
	anycast6_net_changed(an);

	anycast6_hold_release(an, &member->hold, &group->key.addr);
	anycast6_link_put(an, member->link);
	call_rcu(&member->rcu, free_rcu);

	if (list_empty(&group->members)) {
		if (known)
			anycast6_notify_group(an, ANYCAST6_CMD_DELETED, group);
		anycast6_group_destroy(an, group);
	} else {
		/* what it needed, the others may not */
		anycast6_mark_group(an, group);
	}
}

/**
 * anycast6_member_make_static() - let a member outlive the entry that made it
 * @an: the namespace
 * @member: the member
 *
 * Context: process, under @an->lock.
 */
void anycast6_member_make_static(struct anycast6_net *an,
				 struct anycast6_member *member)
{
	struct anycast6_entry *entry = anycast6_member_entry(an, member);

	lockdep_assert_held(&an->lock);

	if (!entry)
		return;
	anycast6_entry_detach(an, entry, member);
	RCU_INIT_POINTER(member->entry, NULL);
	anycast6_net_changed(an);
	anycast6_notify_member(an, ANYCAST6_CMD_CHANGED, member);
}
