/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes entries into addresses: one for each on-link prefix of their device,
 * and for each that comes later. Knows prefixes and members, not how members
 * work.
 */
#ifndef ANYCAST6_EXPAND_H
#define ANYCAST6_EXPAND_H

#include <linux/types.h>

struct anycast6_entry;
struct anycast6_link;
struct anycast6_net;
struct anycast6_options;

struct anycast6_entry *
anycast6_entry_create(struct anycast6_net *an, struct anycast6_link *link,
		      u8 origin, u8 id, const struct anycast6_options *options);
int anycast6_entry_set(struct anycast6_net *an, struct anycast6_entry *entry,
		       const struct anycast6_options *options, bool keep);
void anycast6_entry_destroy(struct anycast6_net *an,
			    struct anycast6_entry *entry);
int anycast6_entry_expand(struct anycast6_net *an,
			  struct anycast6_entry *entry);
void anycast6_entry_tell(struct anycast6_net *an,
			 struct anycast6_entry *entry);
bool anycast6_entries_expand(struct anycast6_net *an,
			     struct anycast6_link *link);

#endif
