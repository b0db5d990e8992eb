/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The election: which of the members on one link answers neighbours that look
 * for the address there. Knows who is alive, not how neighbours are answered.
 */
#ifndef ANYCAST6_ELECT_H
#define ANYCAST6_ELECT_H

#include <linux/types.h>

struct anycast6_member;
struct anycast6_net;
struct in6_addr;

void anycast6_elect(struct anycast6_net *an, struct anycast6_member *member,
		    bool onlink);
void anycast6_elect_leave(struct anycast6_net *an,
			  struct anycast6_member *member);

#endif
