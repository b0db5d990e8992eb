/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reply sources: what is configured for the answers of an address.
 * Knows how it is kept for readers, not how packets get it.
 */
#ifndef ANYCAST6_SOURCE_H
#define ANYCAST6_SOURCE_H

#include <linux/in6.h>
#include <linux/rcupdate.h>

/**
 * struct anycast6_source - a reply source other than ANYCAST6_SOURCE_AUTO
 * @addr: the address of ANYCAST6_SOURCE_ADDRESS; constant
 * @mode: enum anycast6_source_mode; constant
 * @rcu: frees it after its readers
 */
struct anycast6_source {
	struct in6_addr addr;
	u8 mode;
	struct rcu_head rcu;
};

#endif
