/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which routes routing daemons are to see for an address: what is configured,
 * and what follows from it. Pure: knows no addresses and no routes.
 */
#ifndef ANYCAST6_ANNOUNCE_H
#define ANYCAST6_ANNOUNCE_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/barrier.h>

/**
 * struct anycast6_announce_option - what is configured; READ_ONCE(), writers
 * under its user's lock
 * @mode: enum anycast6_announce, if @has_mode
 * @has_mode: @mode was configured; smp_load_acquire()
 * @metric: metric of the routes, 0 if it was not configured
 */
struct anycast6_announce_option {
	u8 mode;
	bool has_mode;
	u32 metric;
};

/**
 * struct anycast6_announce_facts - what else matters for the decision
 * @made: an entry makes the address: it is announced with its link's prefix
 * @linklocal: it is a link-local address, which nobody can route to
 * @scope_len: length of its scope, 0 to 128
 * @taken: a metric that the routes can't have, or 0
 */
struct anycast6_announce_facts {
	bool made;
	bool linklocal;
	u8 scope_len;
	u32 taken;
};

/**
 * struct anycast6_announce_wish - the routes that should be
 * @host: there should be a route to the address
 * @scope: there should be a route to its scope
 * @metric: metric of the route to the address
 * @scope_metric: metric of the route to the scope: that route leads nowhere,
 *                and must not be preferred to one that leads there
 */
struct anycast6_announce_wish {
	bool host;
	bool scope;
	u32 metric;
	u32 scope_metric;
};

void anycast6_announce_decide(const struct anycast6_announce_option *option,
			      const struct anycast6_announce_facts *facts,
			      struct anycast6_announce_wish *wish);
bool anycast6_announce_refuses(const struct anycast6_announce_option *option,
			       u8 scope_len);

bool anycast6_announce_set(struct anycast6_announce_option *option,
			   const struct anycast6_announce_option *said);
void anycast6_announce_forget(struct anycast6_announce_option *option);

/**
 * anycast6_announce_option_read() - read what is configured
 * @option: what is configured, maybe changing meanwhile
 * @result: result
 *
 * Context: any that keeps @option.
 */
static inline void
anycast6_announce_option_read(const struct anycast6_announce_option *option,
			      struct anycast6_announce_option *result)
{
	/* pairs with anycast6_announce_set() in announce.c */
	result->has_mode = smp_load_acquire(&option->has_mode);
	result->mode = READ_ONCE(option->mode);
	result->metric = READ_ONCE(option->metric);
}

/**
 * anycast6_announce_is_set() - whether anything is configured
 * @option: what is configured
 *
 * Context: any.
 */
static inline bool
anycast6_announce_is_set(const struct anycast6_announce_option *option)
{
	return option->has_mode || option->metric;
}

#endif
