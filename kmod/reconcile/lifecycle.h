/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where members and addresses are made and destroyed.
 * Knows the order of the steps, not what each of them does.
 */
#ifndef ANYCAST6_LIFECYCLE_H
#define ANYCAST6_LIFECYCLE_H

#include <linux/ktime.h>
#include <linux/types.h>

#include "object/traits.h"

struct anycast6_entry;
struct anycast6_group;
struct anycast6_key;
struct anycast6_link;
struct anycast6_member;
struct anycast6_net;
struct anycast6_prefix;

/**
 * struct anycast6_blueprint - what a member is made of
 * @link: its device, or the module's own
 * @via: unicast address of a remote member, network order; NULL for a local one
 * @entry: the entry that makes it, or NULL
 * @options: its metric, area, lifetime, services and probes
 * @expires: when its lease is over, if it has one, time since boot; 0 for a
 *           lifetime from now
 * @draining: it drains from the beginning
 * @fell: its predecessor was used, and went down: the hold time applies
 * @back: since when its predecessor waited to be used again, monotonic; 0 if it
 *        did not
 */
struct anycast6_blueprint {
	struct anycast6_link *link;
	const struct in6_addr *via;
	struct anycast6_entry *entry;
	struct anycast6_options options;
	ktime_t expires;
	bool draining;
	bool fell;
	ktime_t back;
};

struct anycast6_group *
anycast6_group_create(struct anycast6_net *an, const struct anycast6_key *key,
		      const struct anycast6_prefix *scope);
void anycast6_group_destroy(struct anycast6_net *an,
			    struct anycast6_group *group);
int anycast6_member_set(struct anycast6_net *an, struct anycast6_member *member,
			const struct anycast6_options *options, bool keep);
struct anycast6_member *
anycast6_member_create(struct anycast6_net *an, struct anycast6_group *group,
		       const struct anycast6_blueprint *blueprint);
void anycast6_member_tell(struct anycast6_net *an,
			  struct anycast6_member *member);
void anycast6_member_destroy(struct anycast6_net *an,
			     struct anycast6_member *member);
void anycast6_member_make_static(struct anycast6_net *an,
				 struct anycast6_member *member);

#endif
