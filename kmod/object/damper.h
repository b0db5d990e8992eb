/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dampers: a member that was down is used again only after being up for a while
 * (RFC 4786 section 4.4.1).
 * Knows time, not why a member is down.
 */
#ifndef ANYCAST6_DAMPER_H
#define ANYCAST6_DAMPER_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/workqueue.h>

struct anycast6_member;
struct anycast6_net;

/**
 * struct anycast6_damper - the damper of a member; all under an->lock
 * @node: in an->damped while the member waits
 * @back: since when nothing but the damper keeps the member down, monotonic; 0
 *        if something else does
 * @fell: the member was used, and has been down since
 */
struct anycast6_damper {
	struct list_head node;
	ktime_t back;
	bool fell;
};

/**
 * anycast6_damper_left() - how much of its hold time a member still has to wait
 * @back: since when nothing else keeps the member down, monotonic
 * @now: the time, monotonic
 * @hold: the hold time, s
 *
 * Context: any.
 * Return: ns, 0 or less if the hold time is over.
 */
static inline s64 anycast6_damper_left(ktime_t back, ktime_t now, u32 hold)
{
	return ktime_to_ns(ktime_sub(ktime_add(back, ktime_set(hold, 0)), now));
}

void anycast6_damper_init(struct anycast6_damper *damper);
bool anycast6_damper_waits(struct anycast6_net *an,
			   struct anycast6_member *member, bool fit);
void anycast6_damper_note(struct anycast6_damper *damper, bool was_used,
			  bool is_used);
void anycast6_damper_end(struct anycast6_damper *damper);
void anycast6_damper_work(struct work_struct *work);

#endif
