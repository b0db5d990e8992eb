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
 * anycast6_screen_init() - make an empty one
 * @screen: result
 * @meant: whether an address is to be in it
 *
 * Context: process.
 * Return: 0 or %-ENOMEM.
 */
int anycast6_screen_init(struct anycast6_screen *screen,
			 bool (*meant)(const struct anycast6_group *group))
{
	struct anycast6_sieve *sieve = anycast6_sieve_alloc(0);

	if (!sieve)
		return -ENOMEM;
	RCU_INIT_POINTER(screen->sieve, sieve);
	screen->meant = meant;
	screen->addresses = 0;
	screen->stale = 0;
	return 0;
}

/**
 * anycast6_screen_free() - free one
 * @screen: nobody reads it any more
 *
 * Context: process.
 */
void anycast6_screen_free(struct anycast6_screen *screen)
{
	kvfree(rcu_dereference_protected(screen->sieve, true));
}

/* Without memory for it the old one does: it only lets more through. */
static void rebuild(struct anycast6_net *an, struct anycast6_screen *screen)
{
	struct anycast6_sieve *sieve, *old;
	struct anycast6_group *group;
	unsigned long id;

	sieve = anycast6_sieve_alloc(2 * screen->addresses);
	if (!sieve)
		return;
	xa_for_each(&an->ids, id, group)
		if (screen->meant(group))
			anycast6_sieve_add(sieve, &group->key.addr);
	screen->stale = 0;
	old = rcu_replace_pointer(screen->sieve, sieve,
				  lockdep_is_held(&an->lock));
	kvfree_rcu(old, rcu);
}

/**
 * anycast6_screen_add() - one more address is meant
 * @an: the namespace
 * @screen: the screen
 * @group: the address
 *
 * Context: process, under @an->lock.
 */
void anycast6_screen_add(struct anycast6_net *an,
			 struct anycast6_screen *screen,
			 const struct anycast6_group *group)
{
	struct anycast6_sieve *sieve;

	sieve = rcu_dereference_protected(screen->sieve,
					  lockdep_is_held(&an->lock));
	anycast6_sieve_add(sieve, &group->key.addr);
	screen->addresses++;
	if (screen->addresses + screen->stale > anycast6_sieve_room(sieve))
		rebuild(an, screen);
}

/**
 * anycast6_screen_remove() - an address is meant no longer
 * @an: the namespace
 * @screen: the screen
 *
 * Context: process, under @an->lock.
 */
void anycast6_screen_remove(struct anycast6_net *an,
			    struct anycast6_screen *screen)
{
	screen->addresses--;
	screen->stale++;
	/* bits are shared, so one can't be taken out */
	if (screen->stale > screen->addresses + STALE_MIN)
		rebuild(an, screen);
}
