// SPDX-License-Identifier: GPL-2.0
/*
 * Makes entries into addresses: one for each on-link prefix of their device,
 * and for each that comes later. Knows prefixes and members, not how members
 * work.
 */
#include <linux/slab.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "kernel/local.h"
#include "kernel/prefixes.h"
#include "lib/addr.h"
#include "message/notify.h"
#include "net.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/lease.h"
#include "object/member.h"
#include "object/source.h"
#include "reconcile/address.h"
#include "reconcile/expand.h"
#include "reconcile/lifecycle.h"
#include "reconcile/reply_source.h"

static bool identify_address(const struct anycast6_entry *entry,
			     const struct anycast6_prefix *prefix,
			     struct anycast6_key *key)
{
	bool some;

	if (entry->origin == ANYCAST6_ORIGIN_SUBNET_ROUTER)
		some = anycast6_addr_subnet_router(prefix, &key->addr);
	else
		some = anycast6_addr_reserved(prefix, entry->id, &key->addr);
	if (!some)
		return false;
	key->domain = anycast6_link_domain(entry->link, &key->addr);
	return true;
}

static bool yields_address(const struct anycast6_entry *entry,
			   const struct anycast6_prefixes *prefixes,
			   const struct anycast6_key *wanted)
{
	struct anycast6_key key;
	unsigned int i;

	for (i = 0; i < prefixes->n; i++)
		if (identify_address(entry, &prefixes->list[i], &key) &&
		    !memcmp(&key, wanted, sizeof(key)))
			return true;
	return false;
}

/* Sets @yields if the entry stands back for a unicast address of this node. */
static int make_member(struct anycast6_net *an, struct anycast6_entry *entry,
		       const struct anycast6_prefix *scope,
		       const struct anycast6_key *key, bool *yields)
{
	struct anycast6_blueprint blueprint = {
		.link = entry->link,
		.entry = entry,
		.expires = entry->expires,
		.draining = entry->draining,
		.fell = entry->fallen,
	};
	struct anycast6_member *member;
	struct anycast6_group *group;

	if (anycast6_local_is_unicast(an, key)) {
		*yields = true;
		return 0;
	}

	group = anycast6_group_find(an, key);
	if (!group)
		group = anycast6_group_create(an, key, scope);
	if (IS_ERR(group))
		return PTR_ERR(group);
	if (anycast6_member_find(an, group, entry->link->ifindex, NULL))
		return 0;

	anycast6_traits_get(&entry->traits, &blueprint.options);
	member = anycast6_member_create(an, group, &blueprint);
	if (IS_ERR(member)) {
		if (list_empty(&group->members))
			anycast6_group_destroy(an, group);
		return PTR_ERR(member);
	}
	if (entry->fallen)
		entry->fallen--;
	anycast6_address_reconcile(an, group);
	return 0;
}

/* A prefix that flaps brings a new member each time. The entry counts the
 * members that were used, so that their successors wait for the hold time, too.
 */
static void lose_member(struct anycast6_net *an, struct anycast6_entry *entry,
			struct anycast6_member *member)
{
	if (member->damper.fell || member->state == ANYCAST6_STATE_UP)
		entry->fallen++;
	anycast6_member_destroy(an, member);
}

/**
 * anycast6_entry_expand() - make or remove members as prefixes come and go
 * @an: the namespace
 * @entry: the entry
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0, or why an address could not be made: %-E2BIG or %-ENOSPC at a
 * limit, %-ENOMEM, or what else anycast6_group_create() or
 * anycast6_member_create() said.
 */
int anycast6_entry_expand(struct anycast6_net *an,
			  struct anycast6_entry *entry)
{
	struct anycast6_member *member, *next;
	struct anycast6_key key;
	struct anycast6_prefixes prefixes;
	bool yields = false;
	int err, ret = 0;
	unsigned int i;

	lockdep_assert_held(&an->lock);

	ret = anycast6_prefixes_make(&prefixes, an, entry->link);
	if (ret)
		return ret;

	list_for_each_entry_safe(member, next, &entry->members, of_entry)
		if (!yields_address(entry, &prefixes, &member->group->key) ||
		    anycast6_local_is_unicast(an, &member->group->key))
			lose_member(an, entry, member);

	WRITE_ONCE(entry->yields, true);
	/* A unicast address that is deleted during this walk marks the entry's
	 * link again: mark_yielding() in events.c sees @yields set, or the walk
	 * sees the address gone.
	 */
	smp_mb();
	for (i = 0; i < prefixes.n; i++) {
		if (!identify_address(entry, &prefixes.list[i], &key))
			continue;
		err = make_member(an, entry, &prefixes.list[i], &key, &yields);
		ret = ret ? : err;
	}
	WRITE_ONCE(entry->yields, yields);
	anycast6_prefixes_free(&prefixes);
	return ret;
}

/**
 * anycast6_entry_create() - make an entry, without members yet
 * @an: the namespace
 * @link: the device
 * @origin: ANYCAST6_ORIGIN_SUBNET_ROUTER or ANYCAST6_ORIGIN_RESERVED
 * @id: reserved identifier (RFC 2526), 0 for subnet-router
 * @options: the options of its members
 *
 * Context: process, under @an->lock.
 * Return: the entry, or ERR_PTR(-ENOMEM).
 */
struct anycast6_entry *
anycast6_entry_create(struct anycast6_net *an, struct anycast6_link *link,
		      u8 origin, u8 id, const struct anycast6_options *options)
{
	struct anycast6_entry *entry;

	lockdep_assert_held(&an->lock);

	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return ERR_PTR(-ENOMEM);
	entry->link = link;
	entry->origin = origin;
	entry->id = id;
	if (anycast6_traits_set(&entry->traits, options, false) < 0) {
		kfree(entry);
		return ERR_PTR(-ENOMEM);
	}
	entry->expires = anycast6_lease_expiry(options->lifetime);
	entry->told = -1;
	INIT_LIST_HEAD(&entry->members);
	link->users++;
	list_add_tail_rcu(&entry->node, &an->entries);
	anycast6_net_changed(an);
	return entry;
}

/**
 * anycast6_entry_set() - change the options of an entry and of its members
 * @an: the namespace
 * @entry: the entry
 * @options: the options
 * @keep: keep what @options do not name, else reset it
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0, or %-ENOMEM if the entry or some of its members were not changed.
 */
int anycast6_entry_set(struct anycast6_net *an, struct anycast6_entry *entry,
		       const struct anycast6_options *options, bool keep)
{
	struct anycast6_member *member;
	int err, ret;

	lockdep_assert_held(&an->lock);

	ret = anycast6_traits_set(&entry->traits, options, keep);
	if (ret < 0)
		return ret;
	if (options->has_lifetime)
		entry->expires = anycast6_lease_expiry(options->lifetime);
	if (ret > 0) {
		anycast6_net_changed(an);
		if (entry->told >= 0)
			anycast6_notify_entry(an, ANYCAST6_CMD_CHANGED, entry);
	}
	ret = 0;
	list_for_each_entry(member, &entry->members, of_entry) {
		err = anycast6_member_set(an, member, options, keep);
		ret = ret ? : err;
		anycast6_address_reconcile(an, member->group);
	}
	return ret;
}

/**
 * anycast6_entry_tell() - tell listeners of an entry and of its new members
 * @an: the namespace
 * @entry: the entry, expanded
 *
 * Not part of anycast6_entry_expand(), so that an entry that is refused is
 * never told, and changes no source of addresses that it would have shared.
 *
 * Context: process, under @an->lock.
 */
void anycast6_entry_tell(struct anycast6_net *an,
			 struct anycast6_entry *entry)
{
	struct anycast6_member *member;

	lockdep_assert_held(&an->lock);

	list_for_each_entry(member, &entry->members, of_entry) {
		if (member->told)
			continue;
		anycast6_entry_settle_source(an, member->group);
		anycast6_member_tell(an, member);
	}

	if (entry->told == entry->addresses)
		return;
	anycast6_notify_entry(an, entry->told < 0 ? ANYCAST6_CMD_ADDED :
						     ANYCAST6_CMD_CHANGED,
			      entry);
	entry->told = entry->addresses;
}

/**
 * anycast6_entries_expand() - expand the entries of a device, tell listeners
 * @an: the namespace
 * @link: the device
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: true if an address could not be made.
 */
bool anycast6_entries_expand(struct anycast6_net *an,
			     struct anycast6_link *link)
{
	struct anycast6_entry *entry;
	bool bad = false;

	lockdep_assert_held(&an->lock);

	list_for_each_entry(entry, &an->entries, node) {
		if (entry->link != link)
			continue;
		bad |= anycast6_entry_expand(an, entry);
		anycast6_entry_tell(an, entry);
	}
	return bad;
}

static void free_entry_rcu(struct rcu_head *head)
{
	struct anycast6_entry *entry =
		container_of(head, struct anycast6_entry, rcu);

	anycast6_traits_free(&entry->traits);
	anycast6_source_free(&entry->source);
	kfree(entry);
}

/**
 * anycast6_entry_destroy() - remove an entry and the members it made
 * @an: the namespace
 * @entry: the entry, freed after a grace period
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_entry_destroy(struct anycast6_net *an,
			    struct anycast6_entry *entry)
{
	struct anycast6_member *member, *next;

	lockdep_assert_held(&an->lock);

	list_for_each_entry_safe(member, next, &entry->members, of_entry)
		anycast6_member_destroy(an, member);
	if (entry->told >= 0)
		anycast6_notify_entry(an, ANYCAST6_CMD_DELETED, entry);

	list_del_rcu(&entry->node);
	anycast6_link_put(an, entry->link);
	anycast6_net_changed(an);
	call_rcu(&entry->rcu, free_entry_rcu);
}
