// SPDX-License-Identifier: GPL-2.0
/*
 * Notices: routes that tell routing daemons what is here. Counted, and changed
 * many at a time. Knows nothing of addresses and members.
 */
#include <linux/rhashtable.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include <uapi/linux/anycast6.h>

#include "kernel/daemon_route.h"
#include "kernel/route.h"
#include "net.h"

static const struct rhashtable_params daemon_route_params = {
	.head_offset = offsetof(struct anycast6_daemon_route, node),
	.key_offset = offsetof(struct anycast6_daemon_route, key),
	.key_len = sizeof(struct anycast6_daemon_route_key),
	.automatic_shrinking = true,
};

/**
 * anycast6_daemon_routes_init() - begin with none
 * @an: the namespace
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int anycast6_daemon_routes_init(struct anycast6_net *an)
{
	INIT_LIST_HEAD(&an->daemon_routes.all);
	INIT_LIST_HEAD(&an->daemon_routes.pending);
	return rhashtable_init(&an->daemon_routes.table, &daemon_route_params);
}

static void destroy_route(struct anycast6_net *an,
			  struct anycast6_daemon_route *route)
{
	rhashtable_remove_fast(&an->daemon_routes.table, &route->node,
			       daemon_route_params);
	list_del(&route->all);
	list_del(&route->pending);
	kfree_rcu(route, rcu);
}

/**
 * anycast6_daemon_routes_exit() - end, with those that could not be withdrawn
 * @an: the namespace, without addresses
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_daemon_routes_exit(struct anycast6_net *an)
{
	struct anycast6_daemon_route *route, *next;

	lockdep_assert_held(&an->lock);

	anycast6_daemon_routes_send(an);
	list_for_each_entry_safe(route, next, &an->daemon_routes.all, all)
		destroy_route(an, route);
	rhashtable_destroy(&an->daemon_routes.table);
}

static bool is_wanted(const struct anycast6_daemon_route *route)
{
	return route->users;
}

/* Whatever is on its way is overtaken by what is wanted now. */
static void settle_route(struct anycast6_net *an,
			 struct anycast6_daemon_route *route)
{
	list_del_init(&route->pending);
	if (route->unsure || route->there != is_wanted(route))
		list_add_tail(&route->pending, &an->daemon_routes.pending);
	else if (!is_wanted(route))
		destroy_route(an, route);
}

static struct anycast6_daemon_route *
create_route(struct anycast6_net *an,
	     const struct anycast6_daemon_route_key *key)
{
	struct anycast6_daemon_route *route;
	int err;

	route = kzalloc(sizeof(*route), GFP_KERNEL_ACCOUNT);
	if (!route)
		return ERR_PTR(-ENOMEM);
	route->key = *key;
	INIT_LIST_HEAD(&route->pending);
	err = rhashtable_insert_fast(&an->daemon_routes.table, &route->node,
				     daemon_route_params);
	if (err) {
		kfree(route);
		return ERR_PTR(err);
	}
	list_add_tail(&route->all, &an->daemon_routes.all);
	return route;
}

/**
 * anycast6_daemon_route_get() - one more address needs a notice
 * @an: the namespace
 * @key: which one; no byte of it is undefined
 * @ifindex: interface index of the device that its route leads to, 0 for an
 *           unreachable one
 *
 * Its route comes with anycast6_daemon_routes_send().
 *
 * Context: process, under @an->lock.
 * Return: the notice or ERR_PTR(-ENOMEM).
 */
struct anycast6_daemon_route *
anycast6_daemon_route_get(struct anycast6_net *an,
			  const struct anycast6_daemon_route_key *key,
			  u32 ifindex)
{
	struct anycast6_daemon_route *route;

	lockdep_assert_held(&an->lock);

	route = rhashtable_lookup_fast(&an->daemon_routes.table, key,
				       daemon_route_params);
	if (!route)
		route = create_route(an, key);
	if (IS_ERR(route))
		return route;
	/* routes go with their device; who else needs one has the same */
	if (!route->users && route->ifindex != ifindex) {
		route->there = false;
		route->ifindex = ifindex;
	}
	WRITE_ONCE(route->users, route->users + 1);
	settle_route(an, route);
	return route;
}

/**
 * anycast6_daemon_route_put() - one address less needs a notice
 * @an: the namespace
 * @route: the notice, whose route goes with anycast6_daemon_routes_send() after the
 *          last one
 *
 * Context: process, under @an->lock.
 */
void anycast6_daemon_route_put(struct anycast6_net *an,
			       struct anycast6_daemon_route *route)
{
	lockdep_assert_held(&an->lock);

	WRITE_ONCE(route->users, route->users - 1);
	settle_route(an, route);
}

/**
 * anycast6_daemon_route_doubt() - a route may not be there any more
 * @an: the namespace
 * @route: its notice; anycast6_daemon_routes_send() adds it again, or deletes it
 *
 * Context: process, under @an->lock.
 */
void anycast6_daemon_route_doubt(struct anycast6_net *an,
				 struct anycast6_daemon_route *route)
{
	lockdep_assert_held(&an->lock);

	route->unsure = true;
	settle_route(an, route);
}

static void describe_change(const struct anycast6_daemon_route *route,
			    struct anycast6_route_change *change)
{
	*change = (struct anycast6_route_change) {
		.addr = route->key.addr,
		.ifindex = route->ifindex,
		.table = route->key.table,
		.metric = route->key.metric,
		.len = route->key.len,
		.type = route->ifindex ? RTN_UNICAST : RTN_UNREACHABLE,
		.protocol = ANYCAST6_ROUTE_PROTO,
		.add = is_wanted(route),
	};
}

/* Somebody else's route that leaves no room for this one is as good: when it
 * goes, this one comes. One that is gone needs not be deleted.
 */
static bool is_done(const struct anycast6_route_change *change)
{
	return !change->err ||
	       change->err == (change->add ? -EEXIST : -ESRCH);
}

/* Takes the first ones; those that the kernel refuses go to @refused. */
static void send_some(struct anycast6_net *an,
		      struct anycast6_route_change *changes,
		      struct list_head *refused)
{
	struct anycast6_daemon_route *route, *next;
	unsigned int i, n = 0;

	list_for_each_entry(route, &an->daemon_routes.pending, pending) {
		describe_change(route, &changes[n++]);
		if (n == ANYCAST6_ROUTE_CHANGES)
			break;
	}
	anycast6_routes_change(an, changes, n);
	i = 0;
	list_for_each_entry_safe(route, next, &an->daemon_routes.pending,
				 pending) {
		if (i == n)
			break;
		if (is_done(&changes[i])) {
			route->there = changes[i].add;
			route->unsure = false;
			settle_route(an, route);
		} else {
			list_move_tail(&route->pending, refused);
		}
		i++;
	}
}

static void find_lost(struct anycast6_net *an)
{
	struct anycast6_daemon_route *route, *next;

	if (!test_and_clear_bit(0, &an->daemon_routes.lost))
		return;
	/* what is lost after this is for the next time */
	smp_mb__after_atomic();
	list_for_each_entry_safe(route, next, &an->daemon_routes.all, all) {
		if (!test_and_clear_bit(ANYCAST6_DAEMON_ROUTE_LOST,
					&route->flags))
			continue;
		anycast6_daemon_route_doubt(an, route);
	}
}

/**
 * anycast6_daemon_routes_send() - let routes come and go
 * @an: the namespace
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: whether the kernel refused something: it is tried again with the next
 * call.
 */
bool anycast6_daemon_routes_send(struct anycast6_net *an)
{
	struct anycast6_route_change *changes;
	LIST_HEAD(refused);

	lockdep_assert_held(&an->lock);

	find_lost(an);
	if (list_empty(&an->daemon_routes.pending))
		return false;
	changes = kmalloc_array(ANYCAST6_ROUTE_CHANGES, sizeof(*changes),
				GFP_KERNEL);
	if (!changes)
		return true;
	while (!list_empty(&an->daemon_routes.pending))
		send_some(an, changes, &refused);
	kfree(changes);
	list_splice(&refused, &an->daemon_routes.pending);
	return !list_empty(&an->daemon_routes.pending);
}

/**
 * anycast6_daemon_routes_lose() - somebody has deleted a route, or put another in its
 * place
 * @an: the namespace
 * @key: what a notice of it would have; no byte of it is undefined
 *
 * Context: any.
 * Return: whether there are lost ones for anycast6_daemon_routes_send() to mend, and
 * there were none before.
 */
bool anycast6_daemon_routes_lose(struct anycast6_net *an,
				 const struct anycast6_daemon_route_key *key)
{
	struct anycast6_daemon_route *route;
	bool first = false;

	rcu_read_lock();
	route = rhashtable_lookup(&an->daemon_routes.table, key,
				  daemon_route_params);
	if (route && READ_ONCE(route->users)) {
		set_bit(ANYCAST6_DAEMON_ROUTE_LOST, &route->flags);
		/* who sees that there are some finds them */
		smp_mb__after_atomic();
		first = !test_and_set_bit(0, &an->daemon_routes.lost);
	}
	rcu_read_unlock();
	return first;
}
