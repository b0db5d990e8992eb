// SPDX-License-Identifier: GPL-2.0
/*
 * What is configured of a member beyond where it is: its metric, its area.
 * Knows how it is kept for readers, not what it means.
 */
#include <linux/slab.h>

#include "traits.h"

static struct anycast6_area *area_of(const struct anycast6_traits *traits)
{
	/* writers are alone under an->lock, which is not known here */
	return rcu_dereference_protected(traits->area, true);
}

static bool same_area(const struct anycast6_area *area,
		      const struct anycast6_options *options)
{
	if (!area || !options->has_area)
		return !area == !options->has_area;
	return anycast6_prefix_equal(&area->prefix, &options->area);
}

static int set_area(struct anycast6_traits *traits,
		    const struct anycast6_options *options)
{
	struct anycast6_area *old = area_of(traits), *area = NULL;

	if (options->has_area) {
		area = kzalloc(sizeof(*area), GFP_KERNEL_ACCOUNT);
		if (!area)
			return -ENOMEM;
		area->prefix = options->area;
	}
	rcu_assign_pointer(traits->area, area);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/**
 * anycast6_traits_set() - keep what a request says
 * @traits: of a member
 * @options: what is said
 * @keep: what is not said stays as it is; else it is gone
 *
 * Context: process, under an->lock.
 * Return: whether anything is not as it was, or %-ENOMEM, and then nothing is.
 */
int anycast6_traits_set(struct anycast6_traits *traits,
			const struct anycast6_options *options, bool keep)
{
	bool has_metric = options->has_metric || (keep && traits->has_metric);
	u32 metric = options->has_metric ? options->metric : traits->metric;
	bool moved = has_metric != traits->has_metric ||
		     (has_metric && metric != traits->metric);
	bool redrawn = (options->has_area || !keep) &&
		       !same_area(area_of(traits), options);

	if (redrawn && set_area(traits, options))
		return -ENOMEM;
	WRITE_ONCE(traits->metric, metric);
	/* who sees that there is one, sees it */
	smp_store_release(&traits->has_metric, has_metric);
	return moved || redrawn;
}

/**
 * anycast6_traits_free() - let go of what is kept
 * @traits: of a member that nobody reads any more
 *
 * Context: any.
 */
void anycast6_traits_free(struct anycast6_traits *traits)
{
	kfree(area_of(traits));
}

/**
 * anycast6_traits_get() - read what is kept
 * @traits: of a member
 * @options: result
 *
 * Context: any.
 */
void anycast6_traits_get(const struct anycast6_traits *traits,
			 struct anycast6_options *options)
{
	const struct anycast6_area *area;

	memset(options, 0, sizeof(*options));
	options->has_metric = anycast6_traits_metric(traits, &options->metric);
	rcu_read_lock();
	area = rcu_dereference(traits->area);
	options->has_area = area;
	if (area)
		options->area = area->prefix;
	rcu_read_unlock();
}
