/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reconciliation: compares what should be (members, entries) with what is
 * (devices, joins, routes), and repairs the difference. Level-triggered and
 * idempotent. Does not know events: they only mark where to look, so the next
 * one makes good one that was missed.
 */
#ifndef ANYCAST6_RECONCILE_H
#define ANYCAST6_RECONCILE_H

#include <linux/types.h>

struct anycast6_net;
struct work_struct;

void anycast6_reconcile(struct anycast6_net *an);
void anycast6_reconcile_work(struct work_struct *work);

#endif
