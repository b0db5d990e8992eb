// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel's routes to a target are now, if several are equal all of them.
 * Knows routes as the kernel finds them, and keeps none.
 */
#include <linux/netdevice.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>

#include "kernel/equal_routes.h"
#include "kernel/own.h"
#include "kernel/route_copy.h"
#include "way/survey.h"

/**
 * anycast6_survey_leads_away() - whether a route can be a member's
 * @dst: the route, of IPv6
 *
 * Context: any that keeps @dst.
 * Return: false if it ends here, or nowhere, or leads to a device that looks up the
 * packet's own destination again.
 */
bool anycast6_survey_leads_away(const struct dst_entry *dst)
{
	return !dst->error &&
	       !(dst_rt6_info(dst)->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST)) &&
	       !anycast6_own_is(dst->dev) &&
	       /* a VRF device looks up the packet's own destination again */
	       !netif_is_l3_master(dst->dev);
}

/* The target is looked up, not a packet's own destination. On a link,
 * FLOWI_FLAG_KNOWN_NH makes a route of its own whose next hop is the target:
 * with a shared one the kernel would solicit the packet's destination. Among equal
 * routes the kernel chooses by @mp_hash, which it makes by itself if there is none.
 */
static struct dst_entry *look_up_bucket(struct net *net,
					const struct anycast6_target *target,
					unsigned int bucket)
{
	struct flowi6 fl6;

	memset(&fl6, 0, sizeof(fl6));
	fl6.daddr = target->addr;
	fl6.flowi6_oif = target->ifindex ? : target->vrf;
	fl6.flowi6_flags = FLOWI_FLAG_KNOWN_NH;
	fl6.mp_hash = anycast6_legs_hash(bucket);
	return ip6_route_output_flags(net, NULL, &fl6, 0);
}

/* The number by which routes like this one become obsolete. The route itself may
 * have another one: those by nexthop objects count apart, but copies do not.
 */
static u32 read_cookie(const struct dst_entry *dst)
{
	const struct fib6_info *from = rcu_dereference(dst_rt6_info(dst)->from);
	u32 cookie = 0;

	if (from)
		fib6_get_cookie_safe(from, &cookie);
	return cookie;
}

/* Takes the reference to @dst. Returns its number among the routes. */
static u8 sort_in(struct anycast6_survey *survey, struct dst_entry *dst)
{
	unsigned int i = ANYCAST6_LEGS_NONE;

	if (!anycast6_survey_leads_away(dst))
		goto release;
	for (i = 0; i < survey->n; i++)
		if (survey->routes[i] == dst ||
		    anycast6_route_copy_is_of(survey->routes[i], dst))
			goto release;
	survey->routes[survey->n++] = dst;
	return i;

release:
	dst_release(dst);
	return i;
}

/**
 * anycast6_survey_glance() - find one of the routes to a target
 * @net: the namespace
 * @target: the target
 * @survey: result, for anycast6_survey_end(): the route of the first bucket is all
 *          that is known
 *
 * Context: softirq or process, RCU.
 */
void anycast6_survey_glance(struct net *net,
			    const struct anycast6_target *target,
			    struct anycast6_survey *survey)
{
	struct dst_entry *dst = look_up_bucket(net, target, 0);

	survey->n = 0;
	/* before the others: what changes meanwhile is seen by the next packet */
	survey->cookie = read_cookie(dst);
	survey->stamp = anycast6_equal_routes_stamp(dst);
	memset(survey->buckets, 0, sizeof(survey->buckets));
	survey->buckets[0] = sort_in(survey, dst);
}

/**
 * anycast6_survey_make() - find the routes to a target
 * @net: the namespace
 * @target: the target
 * @survey: result, for anycast6_survey_end()
 *
 * Nearly always there is one route, and it is looked up once. Where there are equal
 * ones, each bucket of flows is looked up. So the kernel's weights are kept, whatever
 * its equal routes are made of.
 *
 * Context: softirq or process, RCU.
 */
void anycast6_survey_make(struct net *net, const struct anycast6_target *target,
			  struct anycast6_survey *survey)
{
	struct dst_entry *dst;
	unsigned int i;

	anycast6_survey_glance(net, target, survey);
	if (!survey->stamp)
		return;
	for (i = 1; i < ANYCAST6_LEGS_BUCKETS; i++) {
		dst = look_up_bucket(net, target, i);
		survey->buckets[i] = sort_in(survey, dst);
	}
}

/**
 * anycast6_survey_end() - let go of the routes
 * @survey: the survey
 *
 * Context: any.
 */
void anycast6_survey_end(struct anycast6_survey *survey)
{
	unsigned int i;

	for (i = 0; i < survey->n; i++)
		dst_release(survey->routes[i]);
}
