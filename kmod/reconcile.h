/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reconciliation: what should be, compared with what is, and the difference
 * mended. Level-triggered and idempotent; events only say where to look.
 */
#ifndef ANYCAST6_RECONCILE_H
#define ANYCAST6_RECONCILE_H

#include <linux/types.h>

struct anycast6_group;
struct anycast6_key;
struct anycast6_link;
struct anycast6_net;
struct in6_addr;
struct work_struct;

void anycast6_reconcile(struct anycast6_net *an);
void anycast6_reconcile_group(struct anycast6_net *an,
			      struct anycast6_group *group);
void anycast6_reconcile_work(struct work_struct *work);
void anycast6_reconcile_queue(struct anycast6_net *an, unsigned long delay);
void anycast6_reconcile_drop(struct anycast6_net *an);

bool anycast6_reconcile_is_unicast(struct anycast6_net *an,
				   const struct anycast6_key *key);
bool anycast6_reconcile_is_onlink(struct anycast6_net *an,
				  const struct in6_addr *addr, u32 ifindex);

void anycast6_mark_link(struct anycast6_net *an, struct anycast6_link *link);
void anycast6_mark_waiting(struct anycast6_net *an, struct anycast6_link *link);
void anycast6_mark_group(struct anycast6_net *an,
			 struct anycast6_group *group);

#endif
