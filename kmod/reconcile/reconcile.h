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
void anycast6_reconcile_work(struct work_struct *work);

#endif
