/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reply sources: the configured source address of an anycast address's answers.
 * Knows how it is kept for readers, not how packets get it.
 */
#ifndef ANYCAST6_SOURCE_H
#define ANYCAST6_SOURCE_H

#include <linux/in6.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>

struct anycast6_net;

/**
 * struct anycast6_source_option - a reply source in a request, or for a reader
 * @addr: the address of ANYCAST6_SOURCE_MODE_ADDRESS, network order, else ::
 * @mode: enum anycast6_source_mode
 * @related: also for new flows of this node to a client that asked lately
 */
struct anycast6_source_option {
	struct in6_addr addr;
	u8 mode;
	bool related;
};

/**
 * struct anycast6_source - a reply source other than the default,
 * ANYCAST6_SOURCE_MODE_AUTO for answers alone
 * @addr: the address of ANYCAST6_SOURCE_MODE_ADDRESS, network order, else ::;
 *        constant
 * @mode: enum anycast6_source_mode; constant
 * @related: as in struct anycast6_source_option; constant
 * @refcnt: each place that keeps it has one: an entry and the addresses that it
 *          makes share one source
 * @rcu: frees it after its readers
 */
struct anycast6_source {
	struct in6_addr addr;
	u8 mode;
	bool related;
	refcount_t refcnt;
	struct rcu_head rcu;
};

struct anycast6_source *
anycast6_source_create(const struct anycast6_source_option *option);
struct anycast6_source *anycast6_source_get(struct anycast6_source *source);
void anycast6_source_put(struct anycast6_source *source);

bool anycast6_source_is(const struct anycast6_source *source,
			const struct anycast6_source_option *option);
bool anycast6_source_set(struct anycast6_net *an,
			 struct anycast6_source __rcu **place,
			 struct anycast6_source *source);
void anycast6_source_read(struct anycast6_source __rcu * const *place,
			  struct anycast6_source_option *option);
void anycast6_source_free(struct anycast6_source __rcu **place);

#endif
