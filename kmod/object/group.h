/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Anycast addresses: a group of members under one address in one routing
 * domain. Knows its members as a list, and nothing of how they work.
 */
#ifndef ANYCAST6_GROUP_H
#define ANYCAST6_GROUP_H

#include <linux/in6.h>
#include <linux/llist.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>

#include "kernel/delivery.h"
#include "lib/addr.h"
#include "lib/announce.h"

struct anycast6_domain;
struct anycast6_net;
struct anycast6_daemon_route;
struct anycast6_source;
struct anycast6_tally;

enum anycast6_group_flags {
	ANYCAST6_GROUP_DIRTY,
	/* another route to it came, or came to the front */
	ANYCAST6_GROUP_OUTDONE,
};

/**
 * struct anycast6_published - how an address is announced
 * @option: what is configured, unless an entry makes the address; READ_ONCE(),
 *          writers under an->lock
 * @host: the route to the address, or NULL; an->lock
 * @scope: the route to its scope, or NULL; an->lock
 */
struct anycast6_published {
	struct anycast6_announce_option option;
	struct anycast6_daemon_route *host;
	struct anycast6_daemon_route *scope;
};

/**
 * struct anycast6_group - an anycast address
 * @node: in an->groups
 * @key: constant
 * @id: in an->ids, constant
 * @refcnt: an->groups has one, an->dirty another
 * @domain: where its own device is; constant
 * @members: readers under RCU, writers under an->lock
 * @lock: protects @scope against readers; writers have an->lock too
 * @scope: where its members live (RFC 4291 section 2.6)
 * @offlink: how it is held for members that it is not on-link for; an->lock
 * @remotes: remote members; smp_load_acquire(), writers under an->lock
 * @misses: why packets were not steered, NULL before the first remote member
 * @source: what answers carry, NULL for ANYCAST6_SOURCE_MODE_AUTO; RCU,
 *          writers under an->lock
 * @locals: local members; smp_load_acquire(), writers under an->lock
 * @replies: what was answered, NULL before the first local member
 * @hold_time: for how long a configured member that was down must be up, seconds;
 *        READ_ONCE(), writers under an->lock
 * @routed: this node's own packets have a route to it; an->lock
 * @published: what routing daemons are told of it
 * @flags: ANYCAST6_GROUP_*; atomic
 * @dirty: in an->dirty, while its dirty bit is set
 * @rcu: frees it after its readers
 */
struct anycast6_group {
	struct rhash_head node;
	struct anycast6_key key;
	u32 id;
	refcount_t refcnt;
	struct anycast6_domain *domain;
	struct list_head members;
	spinlock_t lock;	/* protects scope */
	struct anycast6_prefix scope;
	struct anycast6_held offlink;
	unsigned int remotes;
	struct anycast6_tally __percpu *misses;
	struct anycast6_source __rcu *source;
	unsigned int locals;
	struct anycast6_tally __percpu *replies;
	u32 hold_time;
	bool routed;
	struct anycast6_published published;
	unsigned long flags;
	struct llist_node dirty;
	struct rcu_head rcu;
};

extern const struct rhashtable_params anycast6_group_params;

struct anycast6_group *anycast6_group_find(struct anycast6_net *an,
					   const struct anycast6_key *key);
void anycast6_group_put(struct anycast6_group *group);

void anycast6_group_get_scope(struct anycast6_group *group,
			      struct anycast6_prefix *scope);
void anycast6_group_forget(struct anycast6_group *group);
void anycast6_group_set_scope(struct anycast6_net *an,
			      struct anycast6_group *group,
			      const struct anycast6_prefix *scope);
bool anycast6_group_is_linklocal(const struct anycast6_group *group);
u32 anycast6_group_vrf(const struct anycast6_group *group);
u32 anycast6_group_shown_vrf(const struct anycast6_group *group);

#endif
