// SPDX-License-Identifier: GPL-2.0
/*
 * Dampers: a member that was down is used again only after being up for a while
 * (RFC 4786 section 4.4.1).
 * Knows time, not why a member is down.
 */
#include "net.h"
#include "object/damper.h"
#include "object/mark.h"
#include "object/member.h"
#include "object/origin.h"

static s64 time_left(struct anycast6_net *an, struct anycast6_member *member)
{
	const struct anycast6_entry *entry = anycast6_member_entry(an, member);

	return anycast6_damper_left(member->damper.back, ktime_get(),
				    anycast6_origin_hold_time(entry,
							      member->group));
}

/* nsecs_to_jiffies() rounds down, and a work that is early finds nobody. */
static void queue_damper(struct anycast6_net *an, s64 ns)
{
	anycast6_net_queue(an, &an->damper_work, nsecs_to_jiffies(ns) + 1);
}

/**
 * anycast6_damper_init() - prepare the damper of a new member
 * @damper: the damper, zeroed
 *
 * Context: any.
 */
void anycast6_damper_init(struct anycast6_damper *damper)
{
	INIT_LIST_HEAD(&damper->node);
}

/**
 * anycast6_damper_waits() - whether a member must wait before it is used again
 * @an: the namespace
 * @member: the member
 * @fit: nothing else keeps the member down
 *
 * A reconciliation may ask twice. So a hold time that is over leaves @back
 * alone: the second call must not begin a new one. anycast6_damper_note() ends
 * it.
 *
 * Context: process, under @an->lock.
 * Return: true if it must; anycast6_damper_work() marks its address in time.
 */
bool anycast6_damper_waits(struct anycast6_net *an,
			   struct anycast6_member *member, bool fit)
{
	struct anycast6_damper *damper = &member->damper;
	s64 ns;

	lockdep_assert_held(&an->lock);

	if (!fit || !damper->fell) {
		anycast6_damper_end(damper);
		return false;
	}
	if (!damper->back)
		damper->back = ktime_get();
	ns = time_left(an, member);
	if (ns <= 0) {
		list_del_init(&damper->node);
		return false;
	}
	if (list_empty(&damper->node))
		list_add_tail(&damper->node, &an->damped);
	queue_damper(an, ns);
	return true;
}

/**
 * anycast6_damper_note() - remember whether a member has come down
 * @damper: of the member, whose state was decided
 * @was_used: packets went to the member until now
 * @is_used: packets go there from now on
 *
 * Context: process, under an->lock.
 */
void anycast6_damper_note(struct anycast6_damper *damper, bool was_used,
			  bool is_used)
{
	if (is_used)
		damper->fell = false;
	else if (was_used)
		damper->fell = true;
}

/**
 * anycast6_damper_end() - stop waiting
 * @damper: of the member
 *
 * Context: process, under an->lock.
 */
void anycast6_damper_end(struct anycast6_damper *damper)
{
	list_del_init(&damper->node);
	damper->back = 0;
}

/**
 * anycast6_damper_work() - mark addresses whose members waited long enough
 * @work: damper_work of struct anycast6_net
 *
 * The reconciliation of its address takes a member off the list.
 *
 * Context: process.
 */
void anycast6_damper_work(struct work_struct *work)
{
	struct anycast6_net *an = container_of(to_delayed_work(work),
					       struct anycast6_net,
					       damper_work);
	struct anycast6_member *member;
	s64 ns, next = S64_MAX;

	mutex_lock(&an->lock);
	list_for_each_entry(member, &an->damped, damper.node) {
		ns = time_left(an, member);
		if (ns > 0)
			next = min(next, ns);
		else
			anycast6_mark_group(an, member->group);
	}
	if (next < S64_MAX)
		queue_damper(an, next);
	mutex_unlock(&an->lock);
}
