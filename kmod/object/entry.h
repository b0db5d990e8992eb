/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entries: "subnet-router dev DEV" and "reserved ID dev DEV", each of which
 * stands for one address per on-link prefix of a device.
 * Knows which members are whose, not how they are made.
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
 * @addresses: how many addresses it stands for; READ_ONCE()
 * @told: how many of them listeners were told of, -1 before it is announced;
 *         an->lock
 * @expires: when the leases of its members are over, if they have some;
 *           an->lock
 * @hold_time: for how long one of its members that was down must be up, seconds;
 *        READ_ONCE(), writers under an->lock
 * @fallen: members that were used and have gone with their prefix, for whom none
 *          has come; an->lock
 * @yields: a unicast address of this node is in the place of one that it
 *          stands for; READ_ONCE(), writers under an->lock
 * @draining: its members were told to; READ_ONCE(), writers under an->lock
 * @traits: those of its members
 * @source: what its addresses' answers carry, NULL for
 *          ANYCAST6_SOURCE_MODE_AUTO; RCU, writers under an->lock
 * @announce: what its addresses are announced as; READ_ONCE(), writers under
 *            an->lock
 * @members: the members it made; an->lock
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
 * anycast6_entry_state() - whether an entry stands for anything
 * @entry: the entry
 *
 * Context: RCU, or under an->lock.
 * Return: enum anycast6_state.
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
