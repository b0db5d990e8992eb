/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The on-link prefixes of a device at one moment.
 * Knows the device's addresses, not what the prefixes are for.
 */
#ifndef ANYCAST6_PREFIXES_H
#define ANYCAST6_PREFIXES_H

#include "lib/addr.h"

struct anycast6_link;
struct anycast6_net;

/**
 * struct anycast6_prefixes - the prefixes of a device
 * @n: how many there are
 * @max: for how many @list has room
 * @list: each prefix once
 */
struct anycast6_prefixes {
	unsigned int n;
	unsigned int max;
	struct anycast6_prefix *list;
};

int anycast6_prefixes_make(struct anycast6_prefixes *prefixes,
			   struct anycast6_net *an,
			   const struct anycast6_link *link);
void anycast6_prefixes_free(struct anycast6_prefixes *prefixes);

#endif
