/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Members: the interfaces that hold an address.
 * Knows how one is made and ends, not how its state is decided.
 */
#ifndef ANYCAST6_MEMBER_H
#define ANYCAST6_MEMBER_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>

#include "hold.h"
#include "stats.h"
#include "traits.h"

struct anycast6_candidate;
struct anycast6_entry;
struct anycast6_group;
struct anycast6_link;
struct anycast6_net;
struct anycast6_nexthop;

/**
 * struct anycast6_member - a member, local or remote
 * @node: in group->members; readers under RCU, writers under an->lock
 * @on_link: in link->members; an->lock
 * @of_entry: in entry->members; an->lock
 * @of_nexthop: in nexthop->members; an->lock
 * @refcnt: group->members has one, each flow another
 * @group: its address, constant; valid while not @dead
 * @link: its device, constant; of a remote member without one, the module's
 *        own; valid while not @dead
 * @nexthop: where a remote member is reached, NULL of a local one; constant,
 *           valid while not @dead
 * @entry: the entry that made it, NULL if it was configured; readers under
 *         RCU, writers under an->lock
 * @traits: its metric and its area
 * @seed: stands for it in draws, constant
 * @state: enum anycast6_state; READ_ONCE()
 * @reason: enum anycast6_reason, 0 while up; READ_ONCE()
 * @delivery: enum anycast6_delivery, 0 without; READ_ONCE()
 * @known: listeners were told of it; an->lock
 * @dead: it is no member any more; READ_ONCE()
 * @error: why the kernel refused the address, 0 if it did not; an->lock
 * @hold: how the address is held on @link; an->lock
 * @flows: how many flows it has; atomic
 * @stats: packets delivered or sent there
 * @rcu: frees it after its readers
 */
struct anycast6_member {
	struct list_head node;
	struct list_head on_link;
	struct list_head of_entry;
	struct list_head of_nexthop;
	refcount_t refcnt;
	struct anycast6_group *group;
	struct anycast6_link *link;
	struct anycast6_nexthop *nexthop;
	struct anycast6_entry __rcu *entry;
	struct anycast6_traits traits;
	u8 state;
	u8 reason;
	u8 delivery;
	bool known;
	bool dead;
	int error;
	u64 seed;
	struct anycast6_hold hold;
	atomic_t flows;
	struct anycast6_stats __percpu *stats;
	struct rcu_head rcu;
};

/**
 * struct anycast6_blueprint - what a member is made of
 * @link: its device, or the module's own
 * @via: unicast address of a remote member, NULL for a local one
 * @entry: the entry that makes it, or NULL
 * @options: what is said of it
 */
struct anycast6_blueprint {
	struct anycast6_link *link;
	const struct in6_addr *via;
	struct anycast6_entry *entry;
	struct anycast6_options options;
};

struct anycast6_member *
anycast6_member_create(struct anycast6_net *an, struct anycast6_group *group,
		       const struct anycast6_blueprint *blueprint);
void anycast6_member_destroy(struct anycast6_net *an,
			     struct anycast6_member *member);
void anycast6_member_announce(struct anycast6_net *an,
			      struct anycast6_member *member);
void anycast6_member_make_static(struct anycast6_net *an,
				 struct anycast6_member *member);
struct anycast6_member *anycast6_member_find(struct anycast6_net *an,
					     struct anycast6_group *group,
					     u32 ifindex,
					     const struct in6_addr *via);
int anycast6_member_set(struct anycast6_net *an, struct anycast6_member *member,
			const struct anycast6_options *options, bool keep);
void anycast6_member_put(struct anycast6_member *member);
bool anycast6_member_distance(const struct anycast6_member *member,
			      u32 *distance);
void anycast6_member_candidate(const struct anycast6_member *member,
			       struct anycast6_candidate *candidate);
struct anycast6_entry *anycast6_member_entry(struct anycast6_net *an,
					     struct anycast6_member *member);

/**
 * anycast6_member_get() - take a reference
 * @member: the member
 *
 * Context: any, under RCU or with a reference.
 * Return: false if it has none left.
 */
static inline bool anycast6_member_get(struct anycast6_member *member)
{
	return refcount_inc_not_zero(&member->refcnt);
}

#endif
