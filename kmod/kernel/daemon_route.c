// SPDX-License-Identifier: GPL-2.0
/*
 * Daemon routes: routes from which routing daemons learn what is here. They are
 * counted, and changed many at a time. Knows no anycast addresses, no members.
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
 * anycast6_daemon_routes_init() - make an empty table of daemon routes
 * @an: a new namespace
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
 * anycast6_daemon_routes_exit() - delete what is left, and free the table
 * @an: the namespace, without addresses; a daemon route is left only if the
 *      kernel refused to delete it
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

/* Decides anew whether a change is pending, or the daemon route can be freed: a
 * change that is pending already may be wanted no more.
 */
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
 * anycast6_daemon_route_get() - one more address needs a daemon route
 * @an: the namespace
 * @key: its key, which is hashed whole: the caller clears it with memset()
 * @ifindex: interface index of its device, 0 for an unreachable route
 *
 * anycast6_daemon_routes_send() adds it to the FIB.
 *
 * Context: process, under @an->lock.
 * Return: the daemon route, or an ERR_PTR(): %-ENOMEM, or what
 * rhashtable_insert_fast() returned.
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
	/* the old device took its route along; all users have one device */
	if (!route->users && route->ifindex != ifindex) {
		route->there = false;
		route->ifindex = ifindex;
	}
	WRITE_ONCE(route->users, route->users + 1);
	settle_route(an, route);
	return route;
}

/**
 * anycast6_daemon_route_put() - one address less needs a daemon route
 * @an: the namespace
 * @route: the daemon route; after the last put, anycast6_daemon_routes_send()
 *         deletes it from the FIB and frees it
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
 * anycast6_daemon_route_doubt() - a daemon route may be in the FIB no more
 * @an: the namespace
 * @route: the daemon route; anycast6_daemon_routes_send() adds it again, or
 *         deletes it if it is not wanted
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

/* %-EEXIST: somebody else has the same route, which does as well. When that is
 * deleted, anycast6_daemon_routes_lose() makes this one come. %-ESRCH: the
 * route to delete was gone already.
 */
static bool is_done(const struct anycast6_route_change *change)
{
	return !change->err ||
	       change->err == (change->add ? -EEXIST : -ESRCH);
}

/* Sends the first %ANYCAST6_ROUTE_CHANGES pending changes at most. Those that
 * the kernel refuses go to @refused.
 */
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
	/* pairs with anycast6_daemon_routes_lose(): who sets a flag after it
	 * was read below sees the bit cleared, and sets it again
	 */
	smp_mb__after_atomic();
	list_for_each_entry_safe(route, next, &an->daemon_routes.all, all) {
		if (!test_and_clear_bit(ANYCAST6_DAEMON_ROUTE_LOST,
					&route->flags))
			continue;
		anycast6_daemon_route_doubt(an, route);
	}
}

/**
 * anycast6_daemon_routes_send() - make the FIB have the daemon routes that are
 * wanted, and no others
 * @an: the namespace
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: whether the kernel refused a change, or there was no memory: the next
 * call tries again.
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
 * anycast6_daemon_routes_lose() - a route was deleted or replaced, maybe a
 * daemon route
 * @an: the namespace
 * @key: key that a daemon route would have, cleared with memset() by the caller
 *
 * Context: any.
 * Return: whether this daemon route is the first that is lost since
 * anycast6_daemon_routes_send() was last called, which repairs them.
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
		/* the flag before the bit; pairs with find_lost() */
		smp_mb__after_atomic();
		first = !test_and_set_bit(0, &an->daemon_routes.lost);
	}
	rcu_read_unlock();
	return first;
}
