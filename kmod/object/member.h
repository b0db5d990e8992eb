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

#include "kernel/delivery.h"
#include "lib/history.h"
#include "lib/stats.h"
#include "object/damper.h"
#include "object/traits.h"

struct anycast6_candidate;
struct anycast6_entry;
struct anycast6_group;
struct anycast6_lease;
struct anycast6_link;
struct anycast6_net;
struct anycast6_nexthop;
struct anycast6_probe;

enum anycast6_role {
	/* it is not watched, and answers as the kernel does */
	ANYCAST6_ROLE_NONE,
	/* it answers, at once */
	ANYCAST6_ROLE_ANSWERS,
	/* another one does */
	ANYCAST6_ROLE_YIELDS,
};

/**
 * struct anycast6_member - a member, local or remote
 * @node: in group->members; readers under RCU, writers under an->lock
 * @on_link: in link->members; an->lock
 * @of_entry: in entry->members; an->lock
 * @of_nexthop: in nexthop->members; an->lock
 * @of_watch: in an->watch, if it has services; an->lock
 * @refcnt: group->members has one, each flow another
 * @group: its address, constant; valid while not @dead
 * @link: its device, constant; of a remote member without one, the module's
 *        own; valid while not @dead
 * @nexthop: where a remote member is reached, NULL of a local one; constant,
 *           valid while not @dead
 * @entry: the entry that made it, NULL if it was configured; readers under
 *         RCU, writers under an->lock
 * @traits: what was configured of it
 * @lease: NULL without one; readers under RCU, writers under an->lock
 * @probe: NULL without probes; readers under RCU, writers under an->lock
 * @seed: stands for it in draws, constant
 * @state: enum anycast6_state; READ_ONCE()
 * @reason: enum anycast6_reason, 0 while up; READ_ONCE()
 * @delivery: enum anycast6_delivery, 0 without; READ_ONCE()
 * @draining: it was told to; READ_ONCE(), writers under an->lock
 * @fault: why it was not to be used at the last look, though nothing is wrong
 *         with its device and its way: enum anycast6_reason, or 0; an->lock
 * @damper: whether it must be up for a while first; an->lock
 * @history: how its state came about; READ_ONCE()
 * @unserved: nobody listened at one of its services then; READ_ONCE(), writers
 *        under an->lock
 * @doubted: somebody has seen that this is so no longer; READ_ONCE()
 * @looked: when a packet last made somebody look, jiffies; READ_ONCE()
 * @life: what its probes said at the last look, enum anycast6_life; an->lock
 * @role: whether it answers on its link, enum anycast6_role; READ_ONCE(),
 *        writers under an->lock
 * @succeeds: it answers instead of one that did so until now, and the link has
 *            not been told yet; an->lock
 * @found: neighbours on its link have found it there since it is up, as far as
 *         this node knows; READ_ONCE()
 * @marks: what its probes say of a remote one, enum anycast6_probe_mark;
 *         an->lock
 * @renamed: its name is another one than at the last election; an->names_lock
 * @name: the unicast address by which others on its link know this node, or the
 *        strongest of several; none before they ask; an->names_lock
 * @told: listeners were told of it; an->lock
 * @leaving: it goes soon; an->lock
 * @dead: it is no member any more; READ_ONCE()
 * @error: why the kernel refused the address, 0 if it did not; an->lock
 * @held: how the address is held on @link; an->lock
 * @flows: how many flows it has; atomic
 * @stats: packets delivered or sent there
 * @rcu: frees it after its readers
 */
struct anycast6_member {
	struct list_head node;
	struct list_head on_link;
	struct list_head of_entry;
	struct list_head of_nexthop;
	struct list_head of_watch;
	refcount_t refcnt;
	struct anycast6_group *group;
	struct anycast6_link *link;
	struct anycast6_nexthop *nexthop;
	struct anycast6_entry __rcu *entry;
	struct anycast6_traits traits;
	struct anycast6_lease __rcu *lease;
	struct anycast6_probe __rcu *probe;
	u8 state;
	u8 reason;
	u8 delivery;
	bool draining;
	u8 fault;
	bool unserved;
	bool doubted;
	u8 life;
	u8 role;
	bool succeeds;
	bool found;
	u32 marks;
	bool renamed;
	struct in6_addr name;
	bool told;
	bool leaving;
	bool dead;
	u32 looked;
	int error;
	u64 seed;
	struct anycast6_held held;
	struct anycast6_damper damper;
	struct anycast6_history history;
	atomic_t flows;
	struct anycast6_stats __percpu *stats;
	struct rcu_head rcu;
};

struct anycast6_member *anycast6_member_find(struct anycast6_net *an,
					     struct anycast6_group *group,
					     u32 ifindex,
					     const struct in6_addr *via);
void anycast6_member_put(struct anycast6_member *member);
bool anycast6_member_distance(const struct anycast6_member *member,
			      u32 *distance);
void anycast6_member_candidate(const struct anycast6_member *member,
			       struct anycast6_candidate *candidate);
struct anycast6_entry *anycast6_member_entry(struct anycast6_net *an,
					     struct anycast6_member *member);
struct anycast6_lease *
anycast6_member_lease(struct anycast6_net *an,
		      const struct anycast6_member *member);
void anycast6_member_free(struct anycast6_member *member);

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
