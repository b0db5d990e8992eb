/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Delivery: what makes packets to an address arrive here, a join on a device or
 * a local route. Decides between these, and repairs them; knows nothing of
 * members.
 */
#ifndef ANYCAST6_DELIVERY_H
#define ANYCAST6_DELIVERY_H

#include <linux/in6.h>
#include <linux/types.h>

struct anycast6_joiner;
struct anycast6_link;
struct anycast6_net;

/**
 * struct anycast6_held - how an address is held on a device; an->lock
 * @joiner: socket that has the join, NULL without a join
 * @ifindex: interface index of the device, 0 after anycast6_delivery_release();
 *           probes read it without the lock
 * @generation: link->generation before the address was joined
 * @delivery: enum anycast6_delivery, 0 if the address is not held
 * @repaired: the anycast route was added by hand, as the kernel had lost its own
 */
struct anycast6_held {
	struct anycast6_joiner *joiner;
	u32 ifindex;
	int generation;
	u8 delivery;
	bool repaired;
};

int anycast6_delivery_settle(struct anycast6_net *an,
			     struct anycast6_held *held,
			     struct anycast6_link *link,
			     const struct in6_addr *addr, bool quiet);
void anycast6_delivery_release(struct anycast6_net *an,
			       struct anycast6_held *held,
			       const struct in6_addr *addr);
void anycast6_delivery_drop_unicast(struct anycast6_net *an,
				    const struct anycast6_link *link,
				    const struct in6_addr *addr);

#endif
