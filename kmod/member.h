/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Members: the interfaces that hold an address.
 * Knows how one is made and ends, not how its state is decided.
 */
#ifndef ANYCAST6_MEMBER_H
#define ANYCAST6_MEMBER_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#include "hold.h"
#include "stats.h"

struct anycast6_entry;
struct anycast6_group;
struct anycast6_link;
struct anycast6_net;

/**
 * struct anycast6_member - a local member
 * @node: in group->members; readers under RCU, writers under an->lock
 * @on_link: in link->members; an->lock
 * @of_entry: in entry->members; an->lock
 * @group: its address, constant
 * @link: its device, constant
 * @entry: the entry that made it, NULL if it was configured; readers under
 *         RCU, writers under an->lock
 * @state: enum anycast6_state; READ_ONCE()
 * @reason: enum anycast6_reason, 0 while up; READ_ONCE()
 * @delivery: enum anycast6_delivery, 0 without; READ_ONCE()
 * @known: listeners were told of it; an->lock
 * @error: why the kernel refused the address, 0 if it did not; an->lock
 * @hold: how the address is held on @link; an->lock
 * @stats: packets delivered
 * @rcu: frees it after its readers
 */
struct anycast6_member {
	struct list_head node;
	struct list_head on_link;
	struct list_head of_entry;
	struct anycast6_group *group;
	struct anycast6_link *link;
	struct anycast6_entry __rcu *entry;
	u8 state;
	u8 reason;
	u8 delivery;
	bool known;
	int error;
	struct anycast6_hold hold;
	struct anycast6_stats __percpu *stats;
	struct rcu_head rcu;
};

struct anycast6_member *anycast6_member_create(struct anycast6_net *an,
					       struct anycast6_group *group,
					       struct anycast6_link *link,
					       struct anycast6_entry *entry);
void anycast6_member_destroy(struct anycast6_net *an,
			     struct anycast6_member *member);
void anycast6_member_announce(struct anycast6_net *an,
			      struct anycast6_member *member);
void anycast6_member_make_static(struct anycast6_net *an,
				 struct anycast6_member *member);
struct anycast6_member *anycast6_member_find(struct anycast6_net *an,
					     struct anycast6_group *group,
					     u32 ifindex);
struct anycast6_entry *anycast6_member_entry(struct anycast6_net *an,
					     struct anycast6_member *member);

#endif
