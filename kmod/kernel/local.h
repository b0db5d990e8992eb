/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Unicast addresses and prefixes of this node, as the kernel has them.
 * Knows nothing of what is configured in this module.
 */
#ifndef ANYCAST6_LOCAL_H
#define ANYCAST6_LOCAL_H

#include <linux/types.h>

struct anycast6_key;
struct anycast6_net;
struct in6_addr;

bool anycast6_local_is_unicast(struct anycast6_net *an,
			       const struct anycast6_key *key);
bool anycast6_local_is_onlink(struct anycast6_net *an,
			      const struct in6_addr *addr, u32 ifindex);
void anycast6_local_source(struct anycast6_net *an,
			   const struct in6_addr *addr, u32 ifindex,
			   struct in6_addr *source);

#endif
