/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which remote members are probed, and what reconciliation learns from it.
 * Knows members, not packets.
 */
#ifndef ANYCAST6_PROBING_H
#define ANYCAST6_PROBING_H

#include <linux/types.h>

struct anycast6_member;
struct anycast6_net;

bool anycast6_probing_has_way(const struct anycast6_member *member);
int anycast6_probing_settle(struct anycast6_net *an,
			    struct anycast6_member *member);
void anycast6_probing_end(struct anycast6_net *an,
			  struct anycast6_member *member);

#endif
