/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entries: "subnet-router dev DEV" and "reserved ID dev DEV", each of which
 * stands for one address per on-link prefix of a device.
 * Knows which members an entry has, not how they are made.
 */
#ifndef ANYCAST6_ENTRY_H
#define ANYCAST6_ENTRY_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/rcupdate.h>

#include <uapi/linux/anycast6.h>

#include "lib/announce.h"
#include "object/traits.h"

struct anycast6_group;
struct anycast6_link;
struct anycast6_member;
struct anycast6_net;
struct anycast6_source;

/**
 * struct anycast6_entry - an entry
 * @node: in an->entries; readers under RCU, writers under an->lock
 * @link: the device, constant
 * @origin: ANYCAST6_ORIGIN_SUBNET_ROUTER or ANYCAST6_ORIGIN_RESERVED, constant
 * @id: reserved identifier (RFC 2526), constant
 * @addresses: how many addresses it stands for; READ_ONCE(), writers under
 *             an->lock
 * @told: the number of addresses that listeners were told last, -1 before they
 *        are told of the entry; an->lock
 * @expires: when the leases of its members are over, if they have any, time
 *           since boot; an->lock
 * @hold_time: the hold time of its members, s; READ_ONCE(), writers under
 *             an->lock
 * @fallen: how many members that were used went with their prefix and have no
 *          successor yet: so many new ones wait for @hold_time, too; an->lock
 * @yields: an address that it stands for is a unicast address of this node, so
 *          it has no member there; READ_ONCE(), writers under an->lock
 * @draining: its members drain; READ_ONCE(), writers under an->lock
 * @traits: what is configured of its members
 * @source: what its addresses' answers carry, NULL for
 *          ANYCAST6_SOURCE_MODE_AUTO; RCU, writers under an->lock
 * @announce: how its addresses are announced; READ_ONCE(), writers under
 *            an->lock
 * @members: the members it made, by of_entry; an->lock
 * @rcu: frees it after its readers
 */
struct anycast6_entry {
	struct list_head node;
	struct anycast6_link *link;
	u8 origin;
	u8 id;
	unsigned int addresses;
	int told;
	ktime_t expires;
	u32 hold_time;
	unsigned int fallen;
	bool yields;
	bool draining;
	struct anycast6_traits traits;
	struct anycast6_source __rcu *source;
	struct anycast6_announce_option announce;
	struct list_head members;
	struct rcu_head rcu;
};

/**
 * anycast6_entry_state() - the state that an entry is shown with
 * @entry: the entry
 *
 * Context: RCU, or under an->lock.
 * Return: enum anycast6_state, down if the entry stands for no address.
 */
static inline u8 anycast6_entry_state(const struct anycast6_entry *entry)
{
	if (!READ_ONCE(entry->addresses))
		return ANYCAST6_STATE_DOWN;
	return READ_ONCE(entry->draining) ? ANYCAST6_STATE_DRAINING :
					    ANYCAST6_STATE_UP;
}

struct anycast6_entry *anycast6_entry_find(struct anycast6_net *an, u32 ifindex,
					   u8 origin, u8 id);
void anycast6_entry_attach(struct anycast6_net *an,
			   struct anycast6_entry *entry,
			   struct anycast6_member *member);
void anycast6_entry_detach(struct anycast6_net *an,
			   struct anycast6_entry *entry,
			   struct anycast6_member *member);

#endif
