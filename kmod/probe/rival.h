/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rivals: members of several nodes on one link, which probe each other. Which
 * of them comes first, and by which name others know this node. Knows names;
 * does not decide who answers neighbours.
 */
#ifndef ANYCAST6_RIVAL_H
#define ANYCAST6_RIVAL_H

#include <linux/types.h>

struct anycast6_member;
struct anycast6_net;
struct in6_addr;

void anycast6_rival_name(struct anycast6_net *an,
			 struct anycast6_member *member,
			 const struct in6_addr *name);
bool anycast6_rival_is_contested(const struct anycast6_member *member);
bool anycast6_rival_is_before(const struct in6_addr *addr,
			      const struct in6_addr *a,
			      const struct in6_addr *b);
bool anycast6_rival_read_name(struct anycast6_net *an,
			      struct anycast6_member *member,
			      struct in6_addr *name);
bool anycast6_rival_take_renamed(struct anycast6_net *an,
				 struct anycast6_member *member);

#endif
