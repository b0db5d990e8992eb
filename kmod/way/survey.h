/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel's routes to a target are now, if several are equal all of them.
 * Knows routes as the kernel finds them, and keeps none.
 */
#ifndef ANYCAST6_SURVEY_H
#define ANYCAST6_SURVEY_H

#include <linux/in6.h>
#include <linux/types.h>

#include "lib/legs.h"

struct dst_entry;
struct fib6_info;
struct net;

/**
 * struct anycast6_target - where a path leads; the key of a next hop
 * @addr: unicast address, network order
 * @ifindex: interface index of the device that the member names, 0 if the
 *           routes decide
 * @vrf: interface index of the VRF, 0 outside VRFs
 */
struct anycast6_target {
	struct in6_addr addr;
	u32 ifindex;
	u32 vrf;
};

/**
 * struct anycast6_survey - the routes to a target
 * @routes: the routes, different from each other, each with a reference
 * @origins: the route of a table that each of them is of, valid under RCU, or NULL
 * @n: how many there are
 * @buckets: number of the route of each bucket, or %ANYCAST6_LEGS_NONE
 * @cookie: for dst_check() of all copies of these routes; older than they are if
 *          something changed meanwhile
 * @stamp: of the equal routes, 0 if there is but one; as @cookie
 */
struct anycast6_survey {
	struct dst_entry *routes[ANYCAST6_LEGS_MAX];
	struct fib6_info *origins[ANYCAST6_LEGS_MAX];
	unsigned int n;
	u8 buckets[ANYCAST6_LEGS_BUCKETS];
	u32 cookie;
	unsigned long stamp;
};

void anycast6_survey_make(struct net *net,
			  const struct anycast6_target *target,
			  struct anycast6_survey *survey);
void anycast6_survey_glance(struct net *net,
			    const struct anycast6_target *target,
			    struct anycast6_survey *survey);
void anycast6_survey_end(struct anycast6_survey *survey);
bool anycast6_survey_leads_away(const struct dst_entry *dst);

#endif
