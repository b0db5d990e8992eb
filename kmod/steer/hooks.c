// SPDX-License-Identifier: GPL-2.0
/*
 * The state that a namespace needs to steer, its hooks, and its upkeep. Knows
 * when these come and go, not what a hook does.
 */
#include <linux/slab.h>

#include "net.h"
#include "object/group.h"
#include "steer/bridge.h"
#include "steer/claim.h"
#include "steer/hooks.h"
#include "steer/reset.h"
#include "steer/router.h"
#include "steer/steer.h"
#include "way/neighbour.h"
#include "way/nexthop.h"

#define UPKEEP_INTERVAL		HZ
/* In every so many'th run the upkeep looks at all flows and next hops. */
#define LONG_TICKS		5
/* In every so many'th run it calls in the routes that flow tables of netfilter hold:
 * often enough that no flow there seems idle for too long (lib/track.c).
 */
#define RECALL_TICKS		30

/* Some changes of routes cause no event: for example, a nexthop object may be
 * replaced. So next hops are looked at without one, too.
 */
static void mark_nexthops(struct anycast6_net *an)
{
	rcu_read_lock();
	anycast6_nexthops_mark(an, 0);
	rcu_read_unlock();
}

static void upkeep_router(struct work_struct *work)
{
	struct anycast6_router *router =
		container_of(to_delayed_work(work), struct anycast6_router,
			     upkeep);

	/* not each time: a walk over a large table takes a while */
	if (!(router->ticks++ % LONG_TICKS)) {
		mark_nexthops(router->an);
		anycast6_flows_expire(&router->flows, router->an);
	}
	if (!(router->ticks % RECALL_TICKS))
		anycast6_nexthops_recall(router->an);
	anycast6_bridge_follow(router);
	anycast6_neighbours_solicit(router->an);
	anycast6_net_queue(router->an, &router->an->flow_work, 0);
	queue_delayed_work(anycast6_wq, &router->upkeep, UPKEEP_INTERVAL);
}

static bool has_remotes(const struct anycast6_group *group)
{
	return group->remotes;
}

static struct anycast6_router *create_router(struct anycast6_net *an)
{
	struct anycast6_router *router;
	int err;

	router = kvzalloc(sizeof(*router), GFP_KERNEL_ACCOUNT);
	if (!router)
		return ERR_PTR(-ENOMEM);
	router->an = an;
	anycast6_reset_init(&router->resets);
	INIT_DELAYED_WORK(&router->upkeep, upkeep_router);

	err = anycast6_bloom_set_init(&router->addresses, has_remotes);
	if (err)
		goto free_router;
	err = anycast6_flows_init(&router->flows, &an->limits.flows);
	if (err)
		goto free_addresses;
	return router;

free_addresses:
	anycast6_bloom_set_free(&router->addresses);
free_router:
	kvfree(router);
	return ERR_PTR(err);
}

/* After a grace period: a flow's member was used under RCU. */
static void destroy_router(struct anycast6_router *router)
{
	anycast6_flows_free(&router->flows);
	anycast6_bloom_set_free(&router->addresses);
	kvfree(router);
}

/* After the hooks. A packet that has passed one may still begin the upkeep, and has
 * its way under RCU.
 */
static void end_upkeep(struct anycast6_net *an, struct anycast6_router *router)
{
	/* packets that come by a bridge are still seen, and do not begin it */
	set_bit(ANYCAST6_ROUTER_STOPPED, &router->flags);
	synchronize_rcu();
	cancel_delayed_work_sync(&router->upkeep);
	anycast6_bridge_unhook(router);
	anycast6_nexthops_destroy(an);
}

static int start_router(struct anycast6_net *an, struct anycast6_router *router)
{
	int err;

	err = anycast6_nexthops_create(an);
	if (err)
		return err;
	clear_bit(ANYCAST6_ROUTER_STOPPED, &router->flags);
	err = anycast6_steer_hook(router);
	if (err) {
		/* some of the hooks were there for a moment */
		end_upkeep(an, router);
		return err;
	}
	anycast6_bridge_follow(router);
	queue_delayed_work(anycast6_wq, &router->upkeep, UPKEEP_INTERVAL);
	return 0;
}

static void stop_router(struct anycast6_net *an, struct anycast6_router *router)
{
	anycast6_steer_unhook(router);
	end_upkeep(an, router);
}

/**
 * anycast6_router_get() - count one more remote member
 * @an: the namespace; the first member makes its router, or takes over the one
 *      of earlier members, and makes next hops and hooks
 *
 * Context: process, under @an->lock.
 * Return: 0 or a negative errno.
 */
int anycast6_router_get(struct anycast6_net *an)
{
	struct anycast6_router *router = anycast6_router(an);
	int err;

	if (!router) {
		router = create_router(an);
		if (IS_ERR(router))
			return PTR_ERR(router);
		rcu_assign_pointer(an->router, router);
	}
	if (!router->users) {
		err = start_router(an, router);
		if (err) {
			anycast6_router_end(an);
			return err;
		}
	}
	router->users++;
	return 0;
}

/**
 * anycast6_router_put() - count one remote member less
 * @an: the namespace; the last member takes next hops and hooks along, and
 *      leaves the flows for those that come in its place
 *
 * Context: process, under @an->lock; waits for a grace period.
 */
void anycast6_router_put(struct anycast6_net *an)
{
	struct anycast6_router *router = anycast6_router(an);

	if (--router->users)
		return;
	stop_router(an, router);
	router->stopped = jiffies;
	if (atomic_read(&router->flows.count))
		anycast6_net_queue(an, &an->router_work,
				   ANYCAST6_CLAIM_TIME);
	else
		anycast6_router_end(an);
}

/**
 * anycast6_router_end() - forget the flows that former members have left
 * @an: the namespace; nothing happens while it has remote members
 *
 * Context: process, under @an->lock; may wait for a grace period.
 */
void anycast6_router_end(struct anycast6_net *an)
{
	struct anycast6_router *router = anycast6_router(an);

	if (!router || router->users)
		return;
	RCU_INIT_POINTER(an->router, NULL);
	synchronize_rcu();
	destroy_router(router);
}

/**
 * anycast6_router_work() - forget flows that nobody claims
 * @work: the namespace's
 *
 * Context: process.
 */
void anycast6_router_work(struct work_struct *work)
{
	struct anycast6_net *an = container_of(to_delayed_work(work),
					       struct anycast6_net,
					       router_work);
	struct anycast6_router *router;
	unsigned long end;

	mutex_lock(&an->lock);
	router = anycast6_router(an);
	if (!router || router->users)
		goto unlock;
	/* members may have come and gone again since it was queued */
	end = router->stopped + ANYCAST6_CLAIM_TIME;
	if (time_before(jiffies, end))
		anycast6_net_queue(an, &an->router_work, end - jiffies);
	else
		anycast6_router_end(an);
unlock:
	mutex_unlock(&an->lock);
}
