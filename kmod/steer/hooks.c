// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks of packets to addresses with remote members, and what a namespace has for
 * them. Knows when that comes and goes, not what packets meet.
 */
#include <linux/slab.h>

#include "net.h"
#include "object/group.h"
#include "steer/hooks.h"
#include "steer/router.h"
#include "steer/steer.h"
#include "way/neighbour.h"
#include "way/nexthop.h"

#define UPKEEP_INTERVAL		HZ
/* How many of those until idle flows are looked for, and next hops looked at. */
#define LONG_TICKS		5

/* Not all that changes a route is told: a nexthop object that is replaced is
 * not.
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

	/* a large table takes a while */
	if (!(router->ticks++ % LONG_TICKS)) {
		set_bit(ANYCAST6_ROUTER_SWEEP, &router->flags);
		mark_nexthops(router->an);
	}
	if (test_and_clear_bit(ANYCAST6_ROUTER_SWEEP, &router->flags))
		anycast6_flows_expire(&router->flows);
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

static void destroy_router(struct anycast6_router *router)
{
	anycast6_nexthops_destroy(router->an);
	anycast6_flows_free(&router->flows);
	anycast6_bloom_set_free(&router->addresses);
	kvfree(router);
}

/**
 * anycast6_router_get() - one more remote member
 * @an: the namespace
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
		synchronize_rcu();
		destroy_router(router);
		return err;
	}
	queue_delayed_work(anycast6_wq, &router->upkeep, UPKEEP_INTERVAL);
found:
	router->users++;
	return 0;
}

/**
 * anycast6_router_put() - one remote member less
 * @an: the namespace; all that steers goes with the last one
 *
 * Context: process, under @an->lock.
 */
void anycast6_router_put(struct anycast6_net *an)
{
	struct anycast6_router *router = anycast6_router(an);

	if (--router->users)
		return;
	anycast6_steer_unhook(router);
	RCU_INIT_POINTER(an->router, NULL);
	cancel_delayed_work_sync(&router->upkeep);
	synchronize_rcu();
	destroy_router(router);
}
