/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pinning: what is configured of how the flows of an address stay with their
 * members. Knows how it is kept for readers, not flows.
 */
#ifndef ANYCAST6_PINNING_H
#define ANYCAST6_PINNING_H

#include <linux/compiler.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include <uapi/linux/anycast6.h>

#include "lib/service.h"

/**
 * struct anycast6_pinning_option - what a request names, or what is configured
 * @affinity: enum anycast6_affinity, if @has_affinity
 * @unpinned: the ports whose flows are not remembered, if @has_unpinned
 * @has_affinity: @affinity is named
 * @has_unpinned: @unpinned is named, maybe that there are none
 */
struct anycast6_pinning_option {
	u8 affinity;
	struct anycast6_services unpinned;
	bool has_affinity;
	bool has_unpinned;
};

/**
 * struct anycast6_pinning - what is configured of an address
 * @affinity: enum anycast6_affinity; READ_ONCE(), writers under an->lock
 * @unpinned: the ports whose flows are not remembered, NULL for none; RCU,
 *            writers under an->lock
 */
struct anycast6_pinning {
	u8 affinity;
	struct anycast6_offer __rcu *unpinned;
};

int anycast6_pinning_set(struct anycast6_pinning *pinning,
			 const struct anycast6_pinning_option *said);
void anycast6_pinning_forget(struct anycast6_pinning *pinning);
void anycast6_pinning_free(struct anycast6_pinning *pinning);
void anycast6_pinning_get(const struct anycast6_pinning *pinning,
			  struct anycast6_pinning_option *option);
bool anycast6_pinning_excludes(const struct anycast6_pinning *pinning,
			       u8 proto, u16 port);

/**
 * anycast6_pinning_is_set() - whether a request names anything
 * @option: the request's
 *
 * Context: any.
 */
static inline bool
anycast6_pinning_is_set(const struct anycast6_pinning_option *option)
{
	return option->has_affinity || option->has_unpinned;
}

/**
 * anycast6_pinning_by_source() - whether all flows of a source stay together
 * @pinning: of an address
 *
 * Context: any that keeps @pinning.
 */
static inline bool
anycast6_pinning_by_source(const struct anycast6_pinning *pinning)
{
	return READ_ONCE(pinning->affinity) == ANYCAST6_AFFINITY_SOURCE;
}

#endif
