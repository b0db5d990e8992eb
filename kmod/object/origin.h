/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Origins: whether an address was configured or made by entries, and which of
 * them decides its options. Knows what is configured, not what follows from it.
 */
#ifndef ANYCAST6_ORIGIN_H
#define ANYCAST6_ORIGIN_H

#include <linux/types.h>

struct anycast6_announce_option;
struct anycast6_entry;
struct anycast6_group;
struct anycast6_net;

bool anycast6_origin_has_entry(struct anycast6_net *an,
			       const struct anycast6_group *group);
const struct anycast6_entry *
anycast6_origin_entry(const struct anycast6_group *group,
		      bool (*says)(const struct anycast6_entry *entry));
void anycast6_origin_shown_announce(const struct anycast6_group *group,
				    struct anycast6_announce_option *option);
bool anycast6_origin_read_announce(const struct anycast6_group *group,
				   struct anycast6_announce_option *option);
u8 anycast6_origin_kind(const struct anycast6_group *group, u8 *id);
u32 anycast6_origin_hold_time(const struct anycast6_entry *entry,
			      const struct anycast6_group *group);

#endif
