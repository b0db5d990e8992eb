/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which neighbours lead to a next hop: those of the legs of its path, and those
 * that the kernel leaves out of equal routes. Is told the path, and does not look
 * it up; does not know how neighbours come to answer or fail.
 */
#ifndef ANYCAST6_LEADS_H
#define ANYCAST6_LEADS_H

#include <linux/types.h>

struct anycast6_net;
struct anycast6_nexthop;
struct anycast6_nexthops;
struct anycast6_path;

void anycast6_leads_follow(struct anycast6_net *an,
			   struct anycast6_nexthop *nexthop,
			   const struct anycast6_path *path);
void anycast6_leads_forget(struct anycast6_nexthops *nexthops,
			   struct anycast6_nexthop *nexthop);
unsigned int anycast6_leads_left_out(const struct anycast6_nexthop *nexthop);
bool anycast6_leads_return(const struct anycast6_nexthop *nexthop);
u32 anycast6_leads_link(const struct anycast6_nexthop *nexthop);

#endif
