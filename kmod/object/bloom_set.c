// SPDX-License-Identifier: GPL-2.0
/*
 * A Bloom filter of some of a namespace's addresses, kept as they come and go.
 * Knows which addresses belong in it, not which packets are tested.
 */
#include "lib/bloom.h"
#include "net.h"
#include "object/bloom_set.h"
#include "object/group.h"

/* A filter is rebuilt when so many more addresses left it than are in it. */
#define STALE_MIN		64

/**
 * anycast6_bloom_set_init() - make an empty set
 * @set: result
 * @meant: whether an address belongs in it; called under an->lock
 *
 * Context: process.
 * Return: 0 or %-ENOMEM.
 */
int anycast6_bloom_set_init(struct anycast6_bloom_set *set,
			    bool (*meant)(const struct anycast6_group *group))
{
	struct anycast6_bloom *bloom = anycast6_bloom_alloc(0);

	if (!bloom)
		return -ENOMEM;
	RCU_INIT_POINTER(set->bloom, bloom);
	set->meant = meant;
	set->addresses = 0;
	set->stale = 0;
	return 0;
}

/**
 * anycast6_bloom_set_free() - free a set's filter
 * @set: the set, which nobody reads any more
 *
 * Context: process.
 */
void anycast6_bloom_set_free(struct anycast6_bloom_set *set)
{
	kvfree(rcu_dereference_protected(set->bloom, true));
}

/* Without memory the old filter stays: it only lets more addresses through. */
static void rebuild_bloom(struct anycast6_net *an,
			  struct anycast6_bloom_set *set)
{
	struct anycast6_bloom *bloom, *old;
	struct anycast6_group *group;
	unsigned long id;

	bloom = anycast6_bloom_alloc(2 * set->addresses);
	if (!bloom)
		return;
	xa_for_each(&an->ids, id, group)
		if (set->meant(group))
			anycast6_bloom_add(bloom, &group->key.addr);
	set->stale = 0;
	old = rcu_replace_pointer(set->bloom, bloom,
				  lockdep_is_held(&an->lock));
	kvfree_rcu(old, rcu);
}

/**
 * anycast6_bloom_set_add() - add an address to a set
 * @an: the namespace
 * @set: the set
 * @group: the address, for which @set->meant() is true already
 *
 * The address goes into the old filter first: readers must find it even if
 * there is no memory for a larger one.
 *
 * Context: process, under @an->lock.
 */
void anycast6_bloom_set_add(struct anycast6_net *an,
			    struct anycast6_bloom_set *set,
			    const struct anycast6_group *group)
{
	struct anycast6_bloom *bloom;

	bloom = rcu_dereference_protected(set->bloom,
					  lockdep_is_held(&an->lock));
	anycast6_bloom_add(bloom, &group->key.addr);
	set->addresses++;
	if (set->addresses + set->stale > anycast6_bloom_room(bloom))
		rebuild_bloom(an, set);
}

/**
 * anycast6_bloom_set_remove() - count an address as gone from a set
 * @an: the namespace
 * @set: the set, whose meant() is false for the address already
 *
 * Context: process, under @an->lock.
 */
void anycast6_bloom_set_remove(struct anycast6_net *an,
			       struct anycast6_bloom_set *set)
{
	set->addresses--;
	set->stale++;
	/* addresses share bits, so none can be cleared */
	if (set->stale > set->addresses + STALE_MIN)
		rebuild_bloom(an, set);
}
