// SPDX-License-Identifier: GPL-2.0
/*
 * Paths: the cached routes to a target, and when they are looked up again.
 * Knows routes, not which members are reached by them, nor which packets take them.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>

#include "net.h"
#include "way/leg.h"
#include "way/nexthop.h"
#include "way/path.h"
#include "way/survey.h"

static void disown_path(struct anycast6_path *path)
{
	unsigned int i;

	for (i = 0; i < path->n; i++)
		anycast6_leg_disown(path->legs[i]);
}

/* @path is in no slot any more, or never was; readers may still use it. What others
 * have of its legs is not valid any more, unless another path has them, too.
 */
static void free_path(struct anycast6_path *path)
{
	unsigned int i;

	if (!path)
		return;
	for (i = 0; i < path->n; i++)
		anycast6_leg_put(path->legs[i]);
	kfree_rcu(path, rcu);
}

/* Returns whether the cached path is good again. */
static bool go_on_with(struct anycast6_path *path,
		       const struct anycast6_survey *survey)
{
	unsigned int i;

	if (path->n != survey->n ||
	    memcmp(path->buckets, survey->buckets, sizeof(path->buckets)))
		return false;
	for (i = 0; i < path->n; i++)
		if (!anycast6_leg_goes_on(path->legs[i], survey->routes[i],
					  survey->origins[i]))
			return false;
	WRITE_ONCE(path->cookie, survey->cookie);
	WRITE_ONCE(path->stamp, survey->stamp);
	return true;
}

/* Returns the leg by a route that @old has already, for one more path, or NULL. */
static struct anycast6_leg *share_leg(const struct anycast6_path *old,
				      const struct dst_entry *dst,
				      const struct fib6_info *from)
{
	unsigned int i;

	for (i = 0; old && i < old->n; i++)
		if (anycast6_leg_goes_on(old->legs[i], dst, from) &&
		    refcount_inc_not_zero(&old->legs[i]->users))
			return old->legs[i];
	return NULL;
}

static struct anycast6_path *make_path(struct net *net,
				       const struct anycast6_slot *slot,
				       const struct anycast6_path *old,
				       const struct anycast6_survey *survey)
{
	struct anycast6_path *path;
	struct anycast6_leg *leg;

	path = kmalloc(struct_size(path, legs, survey->n),
		       GFP_ATOMIC | __GFP_NOWARN);
	if (!path)
		return NULL;
	for (path->n = 0; path->n < survey->n; path->n++) {
		const struct dst_entry *dst = survey->routes[path->n];
		struct fib6_info *from = survey->origins[path->n];

		leg = share_leg(old, dst, from) ? :
		      anycast6_leg_make(net, dst, from, &slot->neighbours,
					&slot->target.addr);
		if (!leg) {
			free_path(path);
			return NULL;
		}
		path->legs[path->n] = leg;
	}
	path->dst = path->legs[0]->dst;
	path->cookie = survey->cookie;
	path->stamp = survey->stamp;
	memcpy(path->buckets, survey->buckets, sizeof(path->buckets));
	return path;
}

/* So often routes are looked up in a row while the kernel lets go of some of them: it
 * does so where nexthop objects are replaced, and with addresses that come and go.
 */
#define TRIES_MAX	4

/* Returns NULL if there is no route or no memory. */
static struct anycast6_path *look_up_path(struct net *net,
					  struct anycast6_slot *slot,
					  struct anycast6_path *old)
{
	struct anycast6_path *path = NULL;
	struct anycast6_survey survey;
	unsigned int tries;
	bool torn = false;

	for (tries = 0; !path && tries < TRIES_MAX; tries++) {
		anycast6_survey_make(net, &slot->target, &survey);
		torn = survey.n;
		if (old && go_on_with(old, &survey))
			path = old;
		else if (survey.n)
			path = make_path(net, slot, old, &survey);
		else if (!old)
			tries = TRIES_MAX;
		anycast6_survey_end(&survey);
	}
	WRITE_ONCE(slot->torn, !path && torn);
	return path;
}

/**
 * anycast6_path_renew() - look up the routes to a target, and cache them
 * @net: the namespace
 * @slot: the target's
 *
 * Context: softirq or process; RCU, as long as the result is used.
 * Return: the path, or NULL if there is no route or no memory.
 */
struct anycast6_path *anycast6_path_renew(struct net *net,
					  struct anycast6_slot *slot)
{
	struct anycast6_path *path, *old, *now;
	unsigned int tries;

	old = rcu_dereference(slot->path);
	for (tries = 0; tries < TRIES_MAX; tries++) {
		path = look_up_path(net, slot, old);
		if (path == old)
			return path;
		now = unrcu_pointer(cmpxchg(&slot->path, RCU_INITIALIZER(old),
					    RCU_INITIALIZER(path)));
		if (now == old) {
			free_path(old);
			return path;
		}
		/* another CPU replaced @old first: use its path, if it has one */
		free_path(path);
		if (now)
			return now;
		old = NULL;
	}
	return NULL;
}

/* Returns whether nothing has changed of equal routes, as far as that is to be seen
 * by one lookup instead of all: so a table that changes all the time, near these
 * routes, costs no packet too much. Links that come and go may have changed the
 * buckets. That can wait for anycast6_path_review(): packets see themselves which
 * legs are alive.
 */
static bool is_as_it_was(struct net *net, const struct anycast6_slot *slot,
			 struct anycast6_path *path)
{
	struct anycast6_survey survey;
	unsigned int i;
	bool same;

	anycast6_survey_glance(net, &slot->target, &survey);
	same = survey.n && path->buckets[0] < path->n &&
	       survey.stamp == READ_ONCE(path->stamp) &&
	       anycast6_leg_goes_on(path->legs[path->buckets[0]],
				    survey.routes[0], survey.origins[0]);
	for (i = 0; same && i < path->n; i++)
		same = dst_check(path->legs[i]->dst, survey.cookie);
	anycast6_survey_end(&survey);
	if (same)
		WRITE_ONCE(path->cookie, survey.cookie);
	return same;
}

/* Returns whether nobody watches the neighbour of some leg yet. */
static bool has_new_lead(const struct anycast6_path *path)
{
	unsigned int i;

	for (i = 0; i < path->n; i++)
		if (!rcu_access_pointer(path->legs[i]->neighbour))
			return true;
	return false;
}

/**
 * anycast6_path_revive() - get a path that the kernel calls obsolete, or none, once
 * more
 * @net: the namespace
 * @slot: the target's
 *
 * Context: softirq or process; RCU, as long as the result is used.
 * Return: the path, or NULL if there is no route or no memory.
 */
struct anycast6_path *anycast6_path_revive(struct net *net,
					   struct anycast6_slot *slot)
{
	struct anycast6_path *old = rcu_dereference(slot->path);
	struct anycast6_path *path;

	if (old && READ_ONCE(old->stamp) && is_as_it_was(net, slot, old))
		return old;
	path = anycast6_path_renew(net, slot);
	/* no event may have told of the route, as when another one has expired */
	if (path && path != old && has_new_lead(path))
		anycast6_nexthop_mark_new(net, slot);
	return path;
}

/* Whether the kernel may call a cached route valid though others lead to the target
 * now: if rules lead to several tables, as each has numbers of its own by which its
 * routes become obsolete; of routes by nexthop objects, which only changes of these
 * objects and of addresses make obsolete; and of equal routes, which is_as_it_was()
 * does not all look at.
 */
static bool may_be_stale(struct net *net, const struct anycast6_path *path)
{
	const struct fib6_info *from;

	from = rcu_dereference(dst_rt6_info(path->dst)->from);
	return (from && from->nh) || READ_ONCE(path->stamp) ||
	       atomic_read(&anycast6_net(net)->odd_rules);
}

/**
 * anycast6_path_review() - the path to a target, as the routes are now
 * @net: the namespace
 * @slot: the target's
 *
 * For who looks at the next hop, and so at the neighbours of new legs.
 *
 * Context: softirq or process; RCU, as long as the result is used.
 * Return: the path, or NULL if there is no route or no memory.
 */
struct anycast6_path *anycast6_path_review(struct net *net,
					   struct anycast6_slot *slot)
{
	struct anycast6_path *path = rcu_dereference(slot->path);

	if (!path || !dst_check(path->dst, READ_ONCE(path->cookie)) ||
	    may_be_stale(net, path))
		path = anycast6_path_renew(net, slot);
	return path;
}

/* Returns whether a path may hold a device that is being unregistered. IPv6 has
 * removed the device's routes before that, at NETDEV_DOWN, so a route that is not
 * valid is such a one, too: the fib6_info that it came from may hold the device.
 */
static bool may_hold(const struct anycast6_path *path,
		     const struct net_device *dev)
{
	unsigned int i;

	for (i = 0; i < path->n; i++)
		if (path->legs[i]->dst->dev == dev)
			return true;
	return !dst_check(path->dst, READ_ONCE(path->cookie));
}

/**
 * anycast6_path_forget() - forget cached routes that may hold a device
 * @slot: the target's
 * @dev: the device, which is being unregistered
 *
 * There was a grace period since its routes were removed, so no lookup that is
 * under way can cache a route via @dev again.
 *
 * Context: NETDEV_UNREGISTER, under RTNL and RCU.
 */
void anycast6_path_forget(struct anycast6_slot *slot,
			  const struct net_device *dev)
{
	struct anycast6_path *path = rcu_dereference(slot->path);

	free_path(unrcu_pointer(xchg(&slot->recalled, NULL)));
	if (path && may_hold(path, dev) &&
	    unrcu_pointer(cmpxchg(&slot->path, RCU_INITIALIZER(path),
				  NULL)) == path)
		free_path(path);
}

/**
 * anycast6_path_drop() - forget the cached route
 * @slot: the target's
 *
 * The next packet looks it up again. Flow tables that use the route notice with
 * their next packet that it is not valid.
 *
 * Context: any.
 */
void anycast6_path_drop(struct anycast6_slot *slot)
{
	free_path(unrcu_pointer(xchg(&slot->path, NULL)));
	free_path(unrcu_pointer(xchg(&slot->recalled, NULL)));
}

static bool is_held(const struct anycast6_path *path)
{
	unsigned int i;

	for (i = 0; i < path->n; i++)
		if (anycast6_leg_is_held(path->legs[i]))
			return true;
	return false;
}

/**
 * anycast6_path_recall() - call in the cached route if others hold it
 * @slot: the target's
 *
 * Packets that go by a flow table of netfilter are seen by nobody. With a route that
 * is not valid any more, the next packet of each flow comes by the hooks again. What
 * waits in a queue is still sent, until the next call.
 *
 * Context: process, under RCU; one caller at a time.
 */
void anycast6_path_recall(struct anycast6_slot *slot)
{
	struct anycast6_path *path = rcu_dereference(slot->path);

	free_path(unrcu_pointer(xchg(&slot->recalled, NULL)));
	if (!path || !is_held(path) ||
	    unrcu_pointer(cmpxchg(&slot->path, RCU_INITIALIZER(path),
				  NULL)) != path)
		return;
	disown_path(path);
	free_path(unrcu_pointer(xchg(&slot->recalled,
				     RCU_INITIALIZER(path))));
}

/**
 * anycast6_path_metric() - the metric of the route that a path came from
 * @path: the path
 * @metric: result
 *
 * Context: RCU.
 * Return: false if the route has been removed since, or the path been called in.
 */
bool anycast6_path_metric(const struct anycast6_path *path, u32 *metric)
{
	const struct fib6_info *from;

	from = rcu_dereference(dst_rt6_info(path->dst)->from);
	if (from)
		*metric = from->fib6_metric;
	return from;
}

/**
 * anycast6_path_is_direct() - whether a path leads to a neighbour on the link
 * @path: the path
 *
 * Context: any that keeps @path.
 * Return: false if a gateway is on one of its legs.
 */
bool anycast6_path_is_direct(const struct anycast6_path *path)
{
	unsigned int i;

	for (i = 0; i < path->n; i++)
		if (dst_rt6_info(path->legs[i]->dst)->rt6i_flags & RTF_GATEWAY)
			return false;
	return true;
}
