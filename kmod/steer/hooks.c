// SPDX-License-Identifier: GPL-2.0
/*
 * The state that a namespace needs to steer, its hooks, and its upkeep. Knows
 * when these come and go, not what a hook does.
 */
#include <linux/slab.h>

#include "net.h"
#include "object/group.h"
#include "steer/bridge.h"
#include "steer/hooks.h"
#include "steer/router.h"
#include "steer/steer.h"
#include "way/neighbour.h"
#include "way/nexthop.h"

#define UPKEEP_INTERVAL		HZ
/* In every so many'th run the upkeep looks at all flows and next hops. */
#define LONG_TICKS		5

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
		set_bit(ANYCAST6_ROUTER_SWEEP, &router->flags);
		mark_nexthops(router->an);
	}
	if (test_and_clear_bit(ANYCAST6_ROUTER_SWEEP, &router->flags))
		anycast6_flows_expire(&router->flows);
	anycast6_bridge_follow(router);
	anycast6_neighbours_solicit(router->an);
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
	INIT_DELAYED_WORK(&router->upkeep, upkeep_router);

	err = anycast6_bloom_set_init(&router->addresses, has_remotes);
	if (err)
		goto free_router;
	err = anycast6_flows_init(&router->flows, &an->limits.flows);
	if (err)
		goto free_addresses;
	err = anycast6_nexthops_create(an);
	if (err)
		goto free_flows;
	return router;

free_flows:
	anycast6_flows_free(&router->flows);
free_addresses:
	anycast6_bloom_set_free(&router->addresses);
free_router:
	kvfree(router);
	return ERR_PTR(err);
}

/* The hooks are unregistered. A packet that is still in one may begin the upkeep. */
static void end_upkeep(struct anycast6_router *router)
{
	synchronize_rcu();
	cancel_delayed_work_sync(&router->upkeep);
}

/* After a grace period: a flow's member, and a packet's way, were used under
 * RCU.
 */
static void destroy_router(struct anycast6_router *router)
{
	anycast6_nexthops_destroy(router->an);
	anycast6_flows_free(&router->flows);
	anycast6_bloom_set_free(&router->addresses);
	kvfree(router);
}

/**
 * anycast6_router_get() - count one more remote member
 * @an: the namespace; the first member makes its router, next hops and hooks
 *
 * Context: process, under @an->lock.
 * Return: 0 or a negative errno.
 */
int anycast6_router_get(struct anycast6_net *an)
{
	struct anycast6_router *router = anycast6_router(an);
	int err;

	if (router)
		goto found;

	router = create_router(an);
	if (IS_ERR(router))
		return PTR_ERR(router);
	rcu_assign_pointer(an->router, router);
	err = anycast6_steer_hook(router);
	if (err) {
		RCU_INIT_POINTER(an->router, NULL);
		end_upkeep(router);
		destroy_router(router);
		return err;
	}
	anycast6_bridge_follow(router);
	queue_delayed_work(anycast6_wq, &router->upkeep, UPKEEP_INTERVAL);
found:
	router->users++;
	return 0;
}

/**
 * anycast6_router_put() - count one remote member less
 * @an: the namespace; the last member takes router, next hops and hooks along
 *
 * Context: process, under @an->lock; waits for a grace period.
 */
void anycast6_router_put(struct anycast6_net *an)
{
	struct anycast6_router *router = anycast6_router(an);

	if (--router->users)
		return;
	anycast6_steer_unhook(router);
	RCU_INIT_POINTER(an->router, NULL);
	end_upkeep(router);
	anycast6_bridge_unhook(router);
	synchronize_rcu();
	destroy_router(router);
}
