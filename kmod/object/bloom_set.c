// SPDX-License-Identifier: GPL-2.0
/*
 * A sieve that follows addresses as they come and go.
 * Knows which addresses are meant, not what passes it.
 */
#include "lib/bloom.h"
#include "net.h"
#include "object/bloom_set.h"
#include "object/group.h"

/* So many addresses may be in a sieve for nothing. */
#define STALE_MIN		64

/**
 * anycast6_bloom_set_init() - make an empty one
 * @set: result
 * @meant: whether an address is to be in it
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
 * anycast6_bloom_set_free() - free one
 * @set: nobody reads it any more
 *
 * Context: process.
 */
void anycast6_bloom_set_free(struct anycast6_bloom_set *set)
{
	kvfree(rcu_dereference_protected(set->bloom, true));
}

/* Without memory for it the old one does: it only lets more through. */
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
 * anycast6_bloom_set_add() - one more address is meant
 * @an: the namespace
 * @set: the screen
 * @group: the address
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
 * anycast6_bloom_set_remove() - an address is meant no longer
 * @an: the namespace
 * @set: the screen
 *
 * Context: process, under @an->lock.
 */
void anycast6_bloom_set_remove(struct anycast6_net *an,
			       struct anycast6_bloom_set *set)
{
	set->addresses--;
	set->stale++;
	/* bits are shared, so one can't be taken out */
	if (set->stale > set->addresses + STALE_MIN)
		rebuild_bloom(an, set);
}
