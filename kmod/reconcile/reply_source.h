/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which source the answers of an address get, when requests, entries and
 * members change. Knows who decides, not how packets get the source.
 */
#ifndef ANYCAST6_REPLY_SOURCE_H
#define ANYCAST6_REPLY_SOURCE_H

#include <linux/types.h>

struct anycast6_entry;
struct anycast6_group;
struct anycast6_net;
struct anycast6_source;

bool anycast6_group_change_source(struct anycast6_net *an,
				  struct anycast6_group *group,
				  struct anycast6_source *source);
void anycast6_group_set_source(struct anycast6_net *an,
			       struct anycast6_group *group,
			       struct anycast6_source *source);
void anycast6_entry_settle_source(struct anycast6_net *an,
				  struct anycast6_group *group);
void anycast6_entry_set_source(struct anycast6_net *an,
			       struct anycast6_entry *entry,
			       struct anycast6_source *source);

#endif
