/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Anycast addresses: a group of members under one address in one routing
 * domain. Knows of its members the link that they are on, and not their states.
 */
#ifndef ANYCAST6_GROUP_H
#define ANYCAST6_GROUP_H

#include <linux/atomic.h>
#include <linux/in6.h>
#include <linux/llist.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>

#include "kernel/delivery.h"
#include "lib/addr.h"
#include "lib/announce.h"
#include "object/pinning.h"

struct anycast6_domain;
struct anycast6_net;
struct anycast6_daemon_route;
struct anycast6_source;
struct anycast6_tally;

enum anycast6_group_flags {
	/* it is in an->dirty, or in what reconcile_groups() took of it */
	ANYCAST6_GROUP_DIRTY,
	/* a host route to it changed: this node's own one may be gone */
	ANYCAST6_GROUP_OUTDONE,
};

/**
 * struct anycast6_published - how an address is announced
 * @option: what is configured of the address itself, which counts unless
 *          entries alone make it; READ_ONCE(), writers under an->lock
 * @host: the daemon route to the address, or NULL; an->lock
 * @scope: the daemon route to its scope, or NULL; an->lock
 */
struct anycast6_published {
	struct anycast6_announce_option option;
	struct anycast6_daemon_route *host;
	struct anycast6_daemon_route *scope;
};

/**
 * struct anycast6_group - an anycast address
 * @node: in an->groups; readers under RCU, writers under an->lock
 * @key: the address, network order, and its domain; constant
 * @id: index in an->ids; constant
 * @refcnt: an->groups has one, an->dirty another, each peer and each member one
 *          more
 * @domain: where the module's own device is; constant
 * @members: readers under RCU, writers under an->lock
 * @lock: makes @scope whole for readers; writers have an->lock, too
 * @scope: where its members live (RFC 4291 section 2.6)
 * @offlink: how it is held on the module's own device; an->lock
 * @remotes: how many members are remote; writers under an->lock. Readers of
 *           @misses and @evictions use smp_load_acquire(), see steer_group()
 *           in reconcile/attach.c
 * @turned: when @remotes became 0, or was 0 last, jiffies; READ_ONCE(), writers
 *          under an->lock
 * @misses: why packets were not steered; NULL before the first remote member
 * @evictions: which of its flows gave way to others; as @misses
 * @flows: how many flows it has; atomic
 * @source: what answers carry, NULL for ANYCAST6_SOURCE_MODE_AUTO; RCU,
 *          writers under an->lock
 * @locals: how many members are local; writers under an->lock. Readers of
 *          @replies use smp_load_acquire(), see serve_group() in
 *          reconcile/attach.c
 * @replies: what was answered; NULL before the first local member
 * @hold_time: the hold time of its configured members, s; READ_ONCE(), writers
 *             under an->lock
 * @routed: this node's own packets have a route to it; an->lock
 * @route_mtu: the largest packet that this route takes; an->lock
 * @published: what routing daemons are told of it
 * @pinning: how its flows stay with their members
 * @flags: ANYCAST6_GROUP_*; atomic
 * @dirty: in an->dirty, while ANYCAST6_GROUP_DIRTY is set
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
	unsigned long turned;
	struct anycast6_tally __percpu *misses;
	struct anycast6_tally __percpu *evictions;
	atomic_t flows;
	struct anycast6_source __rcu *source;
	unsigned int locals;
	struct anycast6_tally __percpu *replies;
	u32 hold_time;
	bool routed;
	u32 route_mtu;
	struct anycast6_published published;
	struct anycast6_pinning pinning;
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
bool anycast6_scope_takes(const struct anycast6_prefix *scope,
			  const struct in6_addr *via);
bool anycast6_group_is_linklocal(const struct anycast6_group *group);
u32 anycast6_group_vrf(const struct anycast6_group *group);
u32 anycast6_group_shown_vrf(const struct anycast6_group *group);

#endif
