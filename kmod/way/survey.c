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
#include "kernel/route_origin.h"
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

/**
 * struct finding - what one lookup has found
 * @dst: the route, with a reference
 * @from: the route of a table that it is of, valid under RCU, or NULL
 */
struct finding {
	struct dst_entry *dst;
	struct fib6_info *from;
};

/* The target is looked up, not a packet's own destination. On a link,
 * FLOWI_FLAG_KNOWN_NH makes a route of its own whose next hop is the target:
 * with a shared one the kernel would solicit the packet's destination. Among equal
 * routes the kernel chooses by @mp_hash, which it makes by itself if there is none.
 */
static void look_up_bucket(struct net *net,
			   const struct anycast6_target *target,
			   unsigned int bucket, struct finding *finding)
{
	struct flowi6 fl6;

	memset(&fl6, 0, sizeof(fl6));
	fl6.daddr = target->addr;
	fl6.flowi6_oif = target->ifindex ? : target->vrf;
	fl6.flowi6_flags = FLOWI_FLAG_KNOWN_NH;
	fl6.mp_hash = anycast6_legs_hash(bucket);
	finding->dst = ip6_route_output_flags(net, NULL, &fl6, 0);
	finding->from = anycast6_route_origin(net, &fl6, finding->dst);
}

/* The number by which routes like this one become obsolete. The kernel's cached one
 * may have another: those by nexthop objects count apart, but copies do not.
 */
static u32 read_cookie(const struct fib6_info *from)
{
	u32 cookie = 0;

	if (from)
		fib6_get_cookie_safe(from, &cookie);
	return cookie;
}

/* Whether two lookups have found one route: the kernel may have made a new cached one
 * of it in between.
 */
static bool is_found_again(const struct dst_entry *dst,
			   const struct fib6_info *from,
			   const struct finding *finding)
{
	const struct rt6_info *rt = dst_rt6_info(dst);
	const struct rt6_info *other = dst_rt6_info(finding->dst);

	return dst == finding->dst ||
	       (from == finding->from && dst->dev == finding->dst->dev &&
		dst->lwtstate == finding->dst->lwtstate &&
		ipv6_addr_equal(&rt->rt6i_gateway, &other->rt6i_gateway));
}

/* Takes the reference to the route. Returns its number among the routes. */
static u8 sort_in(struct anycast6_survey *survey, const struct finding *finding)
{
	unsigned int i = ANYCAST6_LEGS_NONE;

	if (!anycast6_survey_leads_away(finding->dst))
		goto release;
	for (i = 0; i < survey->n; i++)
		if (is_found_again(survey->routes[i], survey->origins[i],
				   finding))
			goto release;
	survey->routes[survey->n] = finding->dst;
	survey->origins[survey->n++] = finding->from;
	return i;

release:
	dst_release(finding->dst);
	return i;
}

/**
 * anycast6_survey_glance() - find one of the routes to a target
 * @net: the namespace
 * @target: the target
 * @survey: result, for anycast6_survey_end(): the route of the first bucket is all
 *          that is known
 *
 * Context: softirq or process, RCU, as long as the result is used.
 */
void anycast6_survey_glance(struct net *net,
			    const struct anycast6_target *target,
			    struct anycast6_survey *survey)
{
	struct finding finding;

	look_up_bucket(net, target, 0, &finding);
	survey->n = 0;
	/* before the others: what changes meanwhile is seen by the next packet */
	survey->cookie = read_cookie(finding.from);
	survey->stamp = anycast6_equal_routes_stamp(finding.from);
	memset(survey->buckets, 0, sizeof(survey->buckets));
	survey->buckets[0] = sort_in(survey, &finding);
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
 * Context: softirq or process, RCU, as long as the result is used.
 */
void anycast6_survey_make(struct net *net, const struct anycast6_target *target,
			  struct anycast6_survey *survey)
{
	struct finding finding;
	unsigned int i;

	anycast6_survey_glance(net, target, survey);
	if (!survey->stamp)
		return;
	for (i = 1; i < ANYCAST6_LEGS_BUCKETS; i++) {
		look_up_bucket(net, target, i, &finding);
		survey->buckets[i] = sort_in(survey, &finding);
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
