/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routing domains that have addresses: the main one of the namespace and its
 * VRFs, each with a device of the module's own in it.
 * Knows nothing of what is held on that device.
 */
#ifndef ANYCAST6_DOMAIN_H
#define ANYCAST6_DOMAIN_H

#include <linux/types.h>

struct anycast6_link;
struct anycast6_net;

/**
 * struct anycast6_domain - a routing domain
 * @vrf: interface index of its VRF, 0 for the main one; constant
 * @groups: how many addresses use it, link-local ones the main one; an->lock
 * @link: the module's own device in it, constant
 */
struct anycast6_domain {
	u32 vrf;
	unsigned int groups;
	struct anycast6_link *link;
};

struct anycast6_domain *anycast6_domain_get(struct anycast6_net *an, u32 vrf);
void anycast6_domain_put(struct anycast6_net *an,
			 struct anycast6_domain *domain);
bool anycast6_domain_settle(struct anycast6_net *an,
			    struct anycast6_domain *domain);

#endif
