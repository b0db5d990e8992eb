/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tells listeners in user space how flows change and that they go on, on a
 * multicast group of its own. Knows when a flow is told of, not what a flow does.
 */
#ifndef ANYCAST6_FLOW_NOTIFY_H
#define ANYCAST6_FLOW_NOTIFY_H

struct work_struct;

void anycast6_flow_notify_restrict(void);
void anycast6_flow_notify_work(struct work_struct *work);

#endif
