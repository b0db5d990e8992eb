// SPDX-License-Identifier: GPL-2.0
/*
 * Reply sources: the configured source address of an anycast address's answers.
 * Knows how it is kept for readers, not how packets get it.
 */
#include <linux/slab.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "net.h"
#include "object/source.h"

static bool is_default(const struct anycast6_source_option *option)
{
	return option->mode == ANYCAST6_SOURCE_MODE_AUTO && !option->related;
}

/**
 * anycast6_source_create() - make a reply source
 * @option: its mode and address
 *
 * Context: process.
 * Return: a reference, to be dropped by anycast6_source_put(); NULL for the
 * default, which needs no memory; or ERR_PTR(-ENOMEM).
 */
struct anycast6_source *
anycast6_source_create(const struct anycast6_source_option *option)
{
	struct anycast6_source *source;

	if (is_default(option))
		return NULL;
	source = kzalloc(sizeof(*source), GFP_KERNEL_ACCOUNT);
	if (!source)
		return ERR_PTR(-ENOMEM);
	source->addr = option->addr;
	source->mode = option->mode;
	source->related = option->related;
	refcount_set(&source->refcnt, 1);
	return source;
}

/**
 * anycast6_source_get() - take a reference
 * @source: the reply source, to which somebody has a reference, or NULL
 *
 * Context: any.
 * Return: @source.
 */
struct anycast6_source *anycast6_source_get(struct anycast6_source *source)
{
	if (source)
		refcount_inc(&source->refcnt);
	return source;
}

/**
 * anycast6_source_put() - drop a reference
 * @source: the reply source, freed with the last reference after a grace
 *          period; or NULL
 *
 * Context: any.
 */
void anycast6_source_put(struct anycast6_source *source)
{
	if (source && refcount_dec_and_test(&source->refcnt))
		kfree_rcu(source, rcu);
}

/**
 * anycast6_source_is() - whether a reply source is the one that a request names
 * @source: the reply source, NULL for the default
 * @option: the request's
 *
 * Context: any that keeps @source.
 */
bool anycast6_source_is(const struct anycast6_source *source,
			const struct anycast6_source_option *option)
{
	if (!source)
		return is_default(option);
	return source->mode == option->mode &&
	       source->related == option->related &&
	       ipv6_addr_equal(&source->addr, &option->addr);
}

static bool is_same(const struct anycast6_source *a,
		    const struct anycast6_source *b)
{
	if (a == b)
		return true;
	return a && b && a->mode == b->mode && a->related == b->related &&
	       ipv6_addr_equal(&a->addr, &b->addr);
}

/**
 * anycast6_source_set() - keep another reply source in a place
 * @an: the namespace
 * @place: of an address or an entry
 * @source: the reply source, of which the caller keeps its reference; NULL for
 *          ANYCAST6_SOURCE_MODE_AUTO
 *
 * This cannot fail: the change of an entry reaches all its addresses, or none.
 *
 * Context: process, under @an->lock.
 * Return: whether the mode or the address changed.
 */
bool anycast6_source_set(struct anycast6_net *an,
			 struct anycast6_source __rcu **place,
			 struct anycast6_source *source)
{
	struct anycast6_source *old;
	bool changed;

	old = rcu_replace_pointer(*place, anycast6_source_get(source),
				  lockdep_is_held(&an->lock));
	changed = !is_same(old, source);
	anycast6_source_put(old);
	return changed;
}

/**
 * anycast6_source_read() - read the reply source that a place keeps
 * @place: of an address or an entry
 * @option: result
 *
 * Context: any that keeps @place.
 */
void anycast6_source_read(struct anycast6_source __rcu * const *place,
			  struct anycast6_source_option *option)
{
	const struct anycast6_source *source;

	memset(option, 0, sizeof(*option));
	rcu_read_lock();
	source = rcu_dereference(*place);
	option->mode = source ? source->mode : ANYCAST6_SOURCE_MODE_AUTO;
	if (source) {
		option->addr = source->addr;
		option->related = source->related;
	}
	rcu_read_unlock();
}

/**
 * anycast6_source_free() - drop the reference that a place has
 * @place: of an address or an entry that nobody reads any more
 *
 * Context: any.
 */
void anycast6_source_free(struct anycast6_source __rcu **place)
{
	anycast6_source_put(rcu_dereference_protected(*place, true));
}
