// SPDX-License-Identifier: GPL-2.0
/*
 * Which remote members are probed, and what reconciliation learns from it.
 * Knows members, not packets.
 */
#include <linux/slab.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "lib/liveness.h"
#include "net.h"
#include "object/member.h"
#include "probe/probe.h"
#include "probe/probe_queue.h"
#include "probe/probing.h"
#include "way/nexthop.h"

static struct anycast6_probe *probe_of(struct anycast6_net *an,
				       const struct anycast6_member *member)
{
	return rcu_dereference_protected(member->probe,
					 lockdep_is_held(&an->lock));
}

/**
 * anycast6_probing_has_way() - whether probes can be sent to a member
 * @member: the member, remote
 *
 * They are also sent to a neighbour that failed: the kernel solicits it again
 * for each. Without a way, this node can't tell whether the member is alive.
 *
 * Context: process, under an->lock.
 */
bool anycast6_probing_has_way(const struct anycast6_member *member)
{
	u8 reason = member->nexthop->reason;

	return member->link->running &&
	       (!reason || reason == ANYCAST6_REASON_NEIGHBOUR);
}

/* A member that listeners were told to be in use stays so until it misses
 * probes. Any other member is down until it answers.
 */
static enum anycast6_life first_belief(const struct anycast6_member *member)
{
	if (!member->told || member->state == ANYCAST6_STATE_DOWN)
		return ANYCAST6_LIFE_DOWN;
	return ANYCAST6_LIFE_UP;
}

static int begin_probing(struct anycast6_net *an,
			 struct anycast6_member *member)
{
	struct anycast6_probe *probe;
	int err;

	probe = kzalloc(sizeof(*probe), GFP_KERNEL_ACCOUNT);
	if (!probe)
		return -ENOMEM;
	probe->member = member;
	probe->interval = READ_ONCE(member->traits.probe);
	timerqueue_init(&probe->turn);
	anycast6_liveness_begin(&probe->liveness, first_belief(member));
	err = anycast6_probe_queue_add(an, probe);
	if (err) {
		kfree(probe);
		return err;
	}
	rcu_assign_pointer(member->probe, probe);
	return 0;
}

/**
 * anycast6_probing_end() - stop probing a member
 * @an: the namespace
 * @member: the member, which may have no probes; its life is up after this, as
 *          for every member without probes
 *
 * Context: process, under @an->lock.
 */
void anycast6_probing_end(struct anycast6_net *an,
			  struct anycast6_member *member)
{
	struct anycast6_probe *probe = probe_of(an, member);

	if (!probe)
		return;
	RCU_INIT_POINTER(member->probe, NULL);
	member->life = ANYCAST6_LIFE_UP;
	member->marks = 0;
	anycast6_probe_queue_remove(an, probe);
	kfree_rcu(probe, rcu);
}

/**
 * anycast6_probing_settle() - probe a member as configured, and read its life
 * @an: the namespace
 * @member: the member; gets its @life and @marks from its probes
 *
 * This runs twice in a reconciliation (look_at_member() in
 * reconcile/address.c): the second time must only read @life and @marks again.
 *
 * Context: process, under @an->lock.
 * Return: 0, or a negative errno if the member could not be probed.
 */
int anycast6_probing_settle(struct anycast6_net *an,
			    struct anycast6_member *member)
{
	u32 interval = member->traits.probe;
	struct anycast6_probe *probe;
	int err;

	lockdep_assert_held(&an->lock);

	if (!member->nexthop || !interval) {
		anycast6_probing_end(an, member);
		return 0;
	}
	if (!probe_of(an, member)) {
		err = begin_probing(an, member);
		if (err)
			return err;
	}
	probe = probe_of(an, member);
	anycast6_probe_queue_schedule(an, probe, interval,
				      anycast6_probing_has_way(member));
	/* read once: an answer may change it at any time */
	member->life = READ_ONCE(probe->liveness.life);
	member->marks = READ_ONCE(probe->marks);
	return 0;
}
