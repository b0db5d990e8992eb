// SPDX-License-Identifier: GPL-2.0
/*
 * Pinning: what is configured of how the flows of an address stay with their
 * members. Knows how it is kept for readers, not flows.
 */
#include <linux/slab.h>

#include "object/pinning.h"

static struct anycast6_offer *
unpinned_of(const struct anycast6_pinning *pinning)
{
	/* writers hold an->lock, which lockdep is not able to check here */
	return rcu_dereference_protected(pinning->unpinned, true);
}

static bool is_same_list(const struct anycast6_offer *offer,
			 const struct anycast6_services *services)
{
	if (!offer)
		return !services->n;
	return anycast6_services_equal(&offer->services, services);
}

static int set_unpinned(struct anycast6_pinning *pinning,
			const struct anycast6_services *services)
{
	struct anycast6_offer *old = unpinned_of(pinning), *offer = NULL;

	if (is_same_list(old, services))
		return 0;
	if (services->n) {
		offer = kzalloc(sizeof(*offer), GFP_KERNEL_ACCOUNT);
		if (!offer)
			return -ENOMEM;
		offer->services = *services;
	}
	rcu_assign_pointer(pinning->unpinned, offer);
	if (old)
		kfree_rcu(old, rcu);
	return 1;
}

/**
 * anycast6_pinning_set() - configure what a request names
 * @pinning: of an address
 * @said: what the request names; the rest stays
 *
 * Context: process, under an->lock.
 * Return: 1 if anything changed, 0 if nothing did, or %-ENOMEM, and then
 * nothing did.
 */
int anycast6_pinning_set(struct anycast6_pinning *pinning,
			 const struct anycast6_pinning_option *said)
{
	int changed = 0;

	if (said->has_unpinned) {
		changed = set_unpinned(pinning, &said->unpinned);
		if (changed < 0)
			return changed;
	}
	if (said->has_affinity && pinning->affinity != said->affinity) {
		WRITE_ONCE(pinning->affinity, said->affinity);
		changed = 1;
	}
	return changed;
}

/**
 * anycast6_pinning_forget() - configure nothing
 * @pinning: of an address
 *
 * Context: process, under an->lock.
 */
void anycast6_pinning_forget(struct anycast6_pinning *pinning)
{
	static const struct anycast6_pinning_option nothing = {
		.affinity = ANYCAST6_AFFINITY_FLOW,
		.has_affinity = true,
		.has_unpinned = true,
	};

	/* can't fail: an empty list needs no memory */
	anycast6_pinning_set(pinning, &nothing);
}

/**
 * anycast6_pinning_free() - free what is configured
 * @pinning: of an address that nobody reads any more
 *
 * Context: any.
 */
void anycast6_pinning_free(struct anycast6_pinning *pinning)
{
	kfree(unpinned_of(pinning));
}

/**
 * anycast6_pinning_get() - read what is configured
 * @pinning: of an address
 * @option: result, as a request that names all of it
 *
 * Context: any that keeps @pinning.
 */
void anycast6_pinning_get(const struct anycast6_pinning *pinning,
			  struct anycast6_pinning_option *option)
{
	const struct anycast6_offer *unpinned;

	*option = (struct anycast6_pinning_option) {
		.affinity = READ_ONCE(pinning->affinity),
		.has_affinity = true,
		.has_unpinned = true,
	};
	rcu_read_lock();
	unpinned = rcu_dereference(pinning->unpinned);
	if (unpinned)
		option->unpinned = unpinned->services;
	rcu_read_unlock();
}

/**
 * anycast6_pinning_excludes() - whether the flows to a port are not remembered
 * @pinning: of an address
 * @proto: IP protocol
 * @port: host order
 *
 * Context: RCU.
 */
bool anycast6_pinning_excludes(const struct anycast6_pinning *pinning,
			       u8 proto, u16 port)
{
	const struct anycast6_offer *unpinned =
		rcu_dereference(pinning->unpinned);

	return unlikely(unpinned) &&
	       anycast6_services_have(&unpinned->services, proto, port);
}
