/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is configured of a member beyond where it is: its metric, its area,
 * its lifetime, its services, its probes.
 * Knows how it is kept for readers, not what it means.
 */
#ifndef ANYCAST6_TRAITS_H
#define ANYCAST6_TRAITS_H

#include <linux/rcupdate.h>

#include "lib/addr.h"
#include "lib/service.h"

/**
 * struct anycast6_options - what a request says
 * @metric: the distance, if @has_metric
 * @area: the sources that are served, if @has_area
 * @lifetime: of a lease, seconds, 0 for none, if @has_lifetime
 * @services: ports that somebody must listen at, if @has_services
 * @probe: milliseconds between two probes, 0 for none, if @has_probe
 * @has_metric: @metric is named
 * @has_area: @area is named
 * @has_lifetime: @lifetime is named
 * @has_services: @services are named, none may be
 * @has_probe: @probe is named
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
 * struct anycast6_area - the sources that a member serves
 * @prefix: constant
 * @rcu: frees it after its readers
 */
struct anycast6_area {
	struct anycast6_prefix prefix;
	struct rcu_head rcu;
};

/**
 * struct anycast6_traits - what is kept
 * @area: NULL for all sources; RCU, writers under an->lock
 * @offer: its services, NULL for none; RCU, writers under an->lock
 * @metric: the distance, if @has_metric; READ_ONCE()
 * @lifetime: of a lease, seconds, 0 for none; READ_ONCE()
 * @probe: milliseconds between two probes, 0 for none; READ_ONCE()
 * @has_metric: it was configured; smp_load_acquire(), writers under an->lock
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
 * @traits: of a member
 * @metric: result, if there is one
 *
 * Context: any.
 * Return: whether there is one.
 */
static inline bool anycast6_traits_metric(const struct anycast6_traits *traits,
					  u32 *metric)
{
	/* pairs with anycast6_traits_set() */
	if (!smp_load_acquire(&traits->has_metric))
		return false;
	*metric = READ_ONCE(traits->metric);
	return true;
}

#endif
