// SPDX-License-Identifier: GPL-2.0
/*
 * Entries: "subnet-router dev DEV" and "reserved ID dev DEV", each of which
 * stands for one address per on-link prefix of a device.
 * Knows which members an entry has, not how they are made.
 */
#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "net.h"
#include "object/entry.h"
#include "object/member.h"

/**
 * anycast6_entry_find() - find an entry
 * @an: the namespace
 * @ifindex: interface index of the device
 * @origin: ANYCAST6_ORIGIN_SUBNET_ROUTER or ANYCAST6_ORIGIN_RESERVED
 * @id: reserved identifier, 0 for subnet-router
 *
 * Context: process, under @an->lock.
 * Return: the entry, or NULL.
 */
struct anycast6_entry *anycast6_entry_find(struct anycast6_net *an, u32 ifindex,
					   u8 origin, u8 id)
{
	struct anycast6_entry *entry;

	lockdep_assert_held(&an->lock);

	list_for_each_entry(entry, &an->entries, node)
		if (entry->link->ifindex == ifindex &&
		    entry->origin == origin && entry->id == id)
			return entry;
	return NULL;
}

/**
 * anycast6_entry_attach() - add a member to an entry
 * @an: the namespace
 * @entry: the entry
 * @member: the member
 *
 * Context: process, under @an->lock.
 */
void anycast6_entry_attach(struct anycast6_net *an,
			   struct anycast6_entry *entry,
			   struct anycast6_member *member)
{
	lockdep_assert_held(&an->lock);
	list_add_tail(&member->of_entry, &entry->members);
	WRITE_ONCE(entry->addresses, entry->addresses + 1);
}

/**
 * anycast6_entry_detach() - take a member from its entry
 * @an: the namespace
 * @entry: the entry
 * @member: the member
 *
 * Context: process, under @an->lock.
 */
void anycast6_entry_detach(struct anycast6_net *an,
			   struct anycast6_entry *entry,
			   struct anycast6_member *member)
{
	lockdep_assert_held(&an->lock);
	list_del_init(&member->of_entry);
	WRITE_ONCE(entry->addresses, entry->addresses - 1);
}
