// SPDX-License-Identifier: GPL-2.0
/*
 * Which routes routing daemons are to see for an address: what is configured,
 * and what follows from it. Pure: knows no addresses and no routes.
 */
#include <linux/minmax.h>
#include <linux/types.h>

#include <uapi/linux/anycast6.h>

#include "lib/announce.h"

/* Higher than what daemons usually give the routes that they learn, as they
 * know who is nearer. And higher than the metric of a link's own prefix
 * (IP6_RT_PRIO_ADDRCONF), as the route to a scope leads nowhere.
 */
#define DEFAULT_METRIC	1024U

/**
 * anycast6_announce_refuses() - whether a scope can't be announced
 * @option: what is configured
 * @scope_len: length of the scope, 0 to 128
 *
 * Length 0 would be a default route. Length 128 is the address itself, which is
 * announced anyway.
 *
 * Context: any.
 * Return: true if @option wants the scope announced, and it can't be.
 */
bool anycast6_announce_refuses(const struct anycast6_announce_option *option,
			       u8 scope_len)
{
	return option->has_mode && option->mode == ANYCAST6_ANNOUNCE_SCOPE &&
	       (!scope_len || scope_len == 128);
}

/**
 * anycast6_announce_decide() - which routes an address that is up should have
 * @option: what is configured for it, or for the entry that makes it
 * @facts: what else matters
 * @wish: result
 *
 * Context: any.
 */
void anycast6_announce_decide(const struct anycast6_announce_option *option,
			      const struct anycast6_announce_facts *facts,
			      struct anycast6_announce_wish *wish)
{
	u8 mode = facts->made ? ANYCAST6_ANNOUNCE_NONE : ANYCAST6_ANNOUNCE_HOST;

	if (option->has_mode)
		mode = option->mode;
	if (facts->linklocal)
		mode = ANYCAST6_ANNOUNCE_NONE;
	wish->host = mode != ANYCAST6_ANNOUNCE_NONE;
	wish->scope = mode == ANYCAST6_ANNOUNCE_SCOPE &&
		      !anycast6_announce_refuses(option, facts->scope_len);
	wish->metric = option->metric ? : DEFAULT_METRIC;
	if (wish->metric == facts->taken)
		wish->metric++;
	wish->scope_metric = max(wish->metric, DEFAULT_METRIC);
}

/**
 * anycast6_announce_set() - configure what a request names
 * @option: result
 * @said: what the request names; the rest stays
 *
 * Context: process, under the lock of @option's writers.
 * Return: whether @option has changed.
 */
bool anycast6_announce_set(struct anycast6_announce_option *option,
			   const struct anycast6_announce_option *said)
{
	bool changed = false;

	if (said->has_mode &&
	    (!option->has_mode || option->mode != said->mode)) {
		WRITE_ONCE(option->mode, said->mode);
		/* has_mode after the mode, for
		 * anycast6_announce_option_read()
		 */
		smp_store_release(&option->has_mode, true);
		changed = true;
	}
	if (said->metric && option->metric != said->metric) {
		WRITE_ONCE(option->metric, said->metric);
		changed = true;
	}
	return changed;
}

/**
 * anycast6_announce_forget() - configure nothing
 * @option: result
 *
 * Context: process, under the lock of @option's writers.
 */
void anycast6_announce_forget(struct anycast6_announce_option *option)
{
	WRITE_ONCE(option->has_mode, false);
	WRITE_ONCE(option->metric, 0);
}
