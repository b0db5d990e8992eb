/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an address is announced as to routing daemons, and how that is kept.
 * Pure: knows no addresses and no routes.
 */
#ifndef ANYCAST6_ANNOUNCE_H
#define ANYCAST6_ANNOUNCE_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/barrier.h>

/**
 * struct anycast6_announce_option - what is configured
 * @mode: enum anycast6_announce, if @has_mode
 * @has_mode: @mode was configured
 * @metric: of the routes, 0 if it was not configured
 */
struct anycast6_announce_option {
	u8 mode;
	bool has_mode;
	u32 metric;
};

/**
 * struct anycast6_announce_facts - what an address is, beside what is configured
 * @made: an entry makes it: its prefix is announced as that of a link
 * @linklocal: it is a link-local one, which nobody can route to
 * @scope_len: length of its scope
 * @taken: a metric that the routes to it can't have, or 0
 */
struct anycast6_announce_facts {
	bool made;
	bool linklocal;
	u8 scope_len;
	u32 taken;
};

/**
 * struct anycast6_announce_wish - what should be
 * @host: a route to the address
 * @scope: a route to its scope
 * @metric: of the one to the address
 * @scope_metric: of the one to the scope, which leads nowhere and must not be in
 *                the way of who does
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
 * @option: where it is kept
 * @result: result
 *
 * Context: any that keeps @option.
 */
static inline void
anycast6_announce_option_read(const struct anycast6_announce_option *option,
			      struct anycast6_announce_option *result)
{
	/* pairs with anycast6_announce_set() */
	result->has_mode = smp_load_acquire(&option->has_mode);
	result->mode = READ_ONCE(option->mode);
	result->metric = READ_ONCE(option->metric);
}

/**
 * anycast6_announce_says() - whether anything is configured
 * @option: what is
 *
 * Context: any.
 */
static inline bool
anycast6_announce_says(const struct anycast6_announce_option *option)
{
	return option->has_mode || option->metric;
}

#endif
