/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Traits: what is configured of a member beyond where it is: its metric, its
 * area, its lifetime, its services, its probes.
 * Knows how they are kept for readers, not what they mean.
 */
#ifndef ANYCAST6_TRAITS_H
#define ANYCAST6_TRAITS_H

#include <linux/rcupdate.h>

#include "lib/addr.h"
#include "lib/service.h"

/**
 * struct anycast6_options - the traits that a request names
 * @metric: the distance, if @has_metric
 * @area: the clients' prefix that is served, if @has_area
 * @lifetime: of a lease, s, 0 for no lease, if @has_lifetime
 * @services: ports that somebody must listen at, if @has_services
 * @probe: ms between two probes, 0 for no probes, if @has_probe
 * @has_metric: the request names @metric
 * @has_area: the request names @area
 * @has_lifetime: the request names @lifetime
 * @has_services: the request names @services, maybe that there are none
 * @has_probe: the request names @probe
 */
struct anycast6_options {
	u32 metric;
	struct anycast6_prefix area;
	u32 lifetime;
	struct anycast6_services services;
	u32 probe;
	bool has_metric;
	bool has_area;
	bool has_lifetime;
	bool has_services;
	bool has_probe;
};

/**
 * struct anycast6_area - the clients that a member serves
 * @prefix: of their addresses, constant
 * @rcu: frees it after its readers
 */
struct anycast6_area {
	struct anycast6_prefix prefix;
	struct rcu_head rcu;
};

/**
 * struct anycast6_traits - the traits of a member, or of an entry's members
 * @area: NULL for all clients; RCU, writers under an->lock
 * @offer: its services, NULL for none; RCU, writers under an->lock
 * @metric: the distance, if @has_metric; READ_ONCE(), writers under an->lock
 * @lifetime: of a lease, s, 0 for none; READ_ONCE(), writers under an->lock
 * @probe: ms between two probes, 0 for none; READ_ONCE(), writers under
 *         an->lock
 * @has_metric: @metric was configured; smp_load_acquire(), writers under
 *              an->lock
 */
struct anycast6_traits {
	struct anycast6_area __rcu *area;
	struct anycast6_offer __rcu *offer;
	u32 metric;
	u32 lifetime;
	u32 probe;
	bool has_metric;
};

int anycast6_traits_set(struct anycast6_traits *traits,
			const struct anycast6_options *options, bool keep);
void anycast6_traits_free(struct anycast6_traits *traits);
void anycast6_traits_get(const struct anycast6_traits *traits,
			 struct anycast6_options *options);

/**
 * anycast6_traits_metric() - the configured distance
 * @traits: of a member or an entry
 * @metric: result, if one is configured
 *
 * Context: any.
 * Return: whether one is configured.
 */
static inline bool anycast6_traits_metric(const struct anycast6_traits *traits,
					  u32 *metric)
{
	/* pairs with smp_store_release() in anycast6_traits_set() */
	if (!smp_load_acquire(&traits->has_metric))
		return false;
	*metric = READ_ONCE(traits->metric);
	return true;
}

#endif
