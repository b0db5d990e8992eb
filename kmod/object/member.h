/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Members: who holds an address, an interface here or a remote unicast address.
 * Knows how one is found and counted, not how it is made or its state decided.
 */
#ifndef ANYCAST6_MEMBER_H
#define ANYCAST6_MEMBER_H

#include <linux/in6.h>
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
	/* it is not contested: the kernel answers neighbours as usual */
	ANYCAST6_ROLE_NONE,
	/* it answers neighbours, at once */
	ANYCAST6_ROLE_ANSWERS,
	/* another member on the link answers them */
	ANYCAST6_ROLE_YIELDS,
};

/**
 * struct anycast6_identity - what tells a member of an address from the others
 * @via: unicast address of a remote member, network order; :: for a local one
 * @ifindex: interface index of its device, 0 for the module's own
 */
struct anycast6_identity {
	struct in6_addr via;
	u32 ifindex;
};

/**
 * struct anycast6_member - a member, local or remote
 * @node: in group->members; readers under RCU, writers under an->lock
 * @on_link: in link->members; an->lock
 * @of_entry: in entry->members; an->lock
 * @of_nexthop: in nexthop->members; an->lock
 * @of_watch: in an->watch.members, if it has services; an->lock
 * @refcnt: group->members has one, each flow another
 * @group: its address, with a reference, constant
 * @link: its device, constant, the module's own where none was named; valid
 *        under RCU while not @dead
 * @nexthop: where a remote member is reached, NULL for a local one; constant,
 *           valid under RCU while not @dead
 * @entry: the entry that made it, NULL if it was configured; readers under
 *         RCU, writers under an->lock
 * @traits: what was configured of it
 * @lease: NULL without one; readers under RCU, writers under an->lock
 * @probe: NULL without probes; readers under RCU, writers under an->lock
 * @identity: tells it from the other members of @group, constant; valid also
 *            when it is @dead
 * @seed: stands for the member in rendezvous hashing, constant
 * @state: enum anycast6_state; READ_ONCE(), writers under an->lock
 * @reason: enum anycast6_reason, 0 unless down; READ_ONCE(), writers under
 *          an->lock
 * @delivery: enum anycast6_delivery, 0 if the address is not held; READ_ONCE(),
 *            writers under an->lock
 * @draining: a user lets it drain; READ_ONCE(), writers under an->lock
 * @fault: why the last reconciliation found that it must not be used, though
 *         its device and next hop are well: enum anycast6_reason, or 0;
 *         an->lock
 * @damper: whether it must wait for its hold time; an->lock
 * @history: how its state came about; READ_ONCE(), writers under an->lock
 * @unserved: nobody listened at one of its services at the last reconciliation;
 *            READ_ONCE(), writers under an->lock
 * @doubted: somebody saw since then that @unserved is wrong; READ_ONCE()
 * @looked: when a delivered packet last made us look at its sockets, jiffies;
 *          READ_ONCE()
 * @life: what its probes said at the last reconciliation, enum anycast6_life;
 *        an->lock
 * @role: whether it answers neighbours on its link, enum anycast6_role;
 *        READ_ONCE(), writers under an->lock
 * @succeeds: it answers instead of one that did so until now, and the link has
 *            not been told yet; an->lock
 * @found: neighbours on its link have found it there since it came up, as far
 *         as this node knows; READ_ONCE()
 * @marks: what the answers to probes said of a remote member, enum
 *         anycast6_probe_mark; an->lock
 * @renamed: @name changed since the last election; an->names_lock
 * @name: the unicast address by which other nodes on the link know this node,
 *        the strongest if they know several, :: before they ask; an->names_lock
 * @told: listeners were told of it; an->lock
 * @leaving: it is about to be removed, and gets no new flow: READ_ONCE(), writers
 *           under an->lock
 * @died: when it became @dead, jiffies; read after @dead
 * @dead: it is no member any more; READ_ONCE()
 * @error: why the kernel refused to hold the address, a negative errno, or 0;
 *         an->lock
 * @held: how the address is held on @link; an->lock
 * @flows: how many flows it has; atomic
 * @stats: packets delivered, or sent to a remote member; per CPU
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
	unsigned long died;
	u32 looked;
	int error;
	struct anycast6_identity identity;
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
struct anycast6_member *
anycast6_member_find_twin(const struct anycast6_group *group,
			  const struct anycast6_identity *identity);
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
 * Return: false if the last reference is gone already.
 */
static inline bool anycast6_member_get(struct anycast6_member *member)
{
	return refcount_inc_not_zero(&member->refcnt);
}

#endif
