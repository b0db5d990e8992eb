// SPDX-License-Identifier: GPL-2.0
/*
 * Traits: what is configured of a member beyond where it is: its metric, its
 * area, its lifetime, its services, its probes.
 * Knows how they are kept for readers, not what they mean.
 */
#include <linux/slab.h>

#include "object/traits.h"

static struct anycast6_area *area_of(const struct anycast6_traits *traits)
{
	/* writers hold an->lock, which lockdep is not able to check here */
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

static struct anycast6_offer *offer_of(const struct anycast6_traits *traits)
{
	/* see area_of() */
	return rcu_dereference_protected(traits->offer, true);
}

/* Returns the services that @traits are to have: the old ones, new ones, NULL
 * for none, or ERR_PTR(-ENOMEM).
 */
static struct anycast6_offer *
prepare_offer(const struct anycast6_traits *traits,
	      const struct anycast6_options *options, bool keep)
{
	struct anycast6_offer *old = offer_of(traits), *offer;

	if (!options->has_services && keep)
		return old;
	if (!options->services.n)
		return NULL;
	if (old &&
	    anycast6_services_equal(&old->services, &options->services))
		return old;
	offer = kzalloc(sizeof(*offer), GFP_KERNEL_ACCOUNT);
	if (!offer)
		return ERR_PTR(-ENOMEM);
	offer->services = options->services;
	return offer;
}

static void set_offer(struct anycast6_traits *traits,
		      struct anycast6_offer *offer)
{
	struct anycast6_offer *old = offer_of(traits);

	rcu_assign_pointer(traits->offer, offer);
	if (old)
		kfree_rcu(old, rcu);
}

/**
 * anycast6_traits_set() - keep the traits that a request names
 * @traits: of a member or an entry
 * @options: the request's
 * @keep: traits that @options do not name stay; otherwise they are removed
 *
 * Context: process, under an->lock.
 * Return: 1 if a trait changed, 0 if none did, or %-ENOMEM, and then none did.
 */
int anycast6_traits_set(struct anycast6_traits *traits,
			const struct anycast6_options *options, bool keep)
{
	bool has_metric = options->has_metric || (keep && traits->has_metric);
	u32 metric = options->has_metric ? options->metric : traits->metric;
	u32 lifetime = options->has_lifetime || !keep ? options->lifetime :
						       traits->lifetime;
	u32 probe = options->has_probe || !keep ? options->probe :
						 traits->probe;
	bool moved = has_metric != traits->has_metric ||
		     (has_metric && metric != traits->metric);
	bool redrawn = (options->has_area || !keep) &&
		       !same_area(area_of(traits), options);
	struct anycast6_offer *offer = prepare_offer(traits, options, keep);
	bool offers = offer != offer_of(traits);

	if (IS_ERR(offer))
		return PTR_ERR(offer);
	if (redrawn && set_area(traits, options)) {
		if (offers)
			kfree(offer);
		return -ENOMEM;
	}
	if (offers)
		set_offer(traits, offer);
	WRITE_ONCE(traits->metric, metric);
	/* pairs with anycast6_traits_metric(), which then sees the metric */
	smp_store_release(&traits->has_metric, has_metric);
	if (lifetime != traits->lifetime) {
		WRITE_ONCE(traits->lifetime, lifetime);
		moved = true;
	}
	if (probe != traits->probe) {
		WRITE_ONCE(traits->probe, probe);
		moved = true;
	}
	return moved || redrawn || offers;
}

/**
 * anycast6_traits_free() - free what traits point to
 * @traits: of a member or an entry that nobody reads any more
 *
 * Context: any.
 */
void anycast6_traits_free(struct anycast6_traits *traits)
{
	kfree(area_of(traits));
	kfree(offer_of(traits));
}

/**
 * anycast6_traits_get() - read traits
 * @traits: of a member or an entry
 * @options: result, as a request that names all of them
 *
 * Context: any.
 */
void anycast6_traits_get(const struct anycast6_traits *traits,
			 struct anycast6_options *options)
{
	const struct anycast6_offer *offer;
	const struct anycast6_area *area;

	memset(options, 0, sizeof(*options));
	options->has_metric = anycast6_traits_metric(traits, &options->metric);
	rcu_read_lock();
	area = rcu_dereference(traits->area);
	options->has_area = area;
	if (area)
		options->area = area->prefix;
	offer = rcu_dereference(traits->offer);
	options->has_services = offer;
	if (offer)
		options->services = offer->services;
	rcu_read_unlock();
	options->lifetime = READ_ONCE(traits->lifetime);
	options->has_lifetime = options->lifetime;
	options->probe = READ_ONCE(traits->probe);
	options->has_probe = options->probe;
}
