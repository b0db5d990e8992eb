// SPDX-License-Identifier: GPL-2.0
/*
 * What an address is announced as to routing daemons, and how that is kept.
 * Pure: knows no addresses and no routes.
 */
#include <linux/minmax.h>
#include <linux/types.h>

#include <uapi/linux/anycast6.h>

#include "lib/announce.h"

/* Behind what daemons find elsewhere, who know who is nearer; and, of a scope,
 * behind a link that has this prefix.
 */
#define DEFAULT_METRIC	1024U

/**
 * anycast6_announce_refuses() - whether a scope can't be announced
 * @option: what is configured
 * @scope_len: length of the scope
 *
 * The whole Internet would be a default route, and the address itself is
 * announced anyway.
 *
 * Context: any.
 */
bool anycast6_announce_refuses(const struct anycast6_announce_option *option,
			       u8 scope_len)
{
	return option->has_mode && option->mode == ANYCAST6_ANNOUNCE_SCOPE &&
	       (!scope_len || scope_len == 128);
}

/**
 * anycast6_announce_decide() - what an address that is up is announced as
 * @option: what is configured of it, or of the entry that makes it
 * @facts: what else there is to know of it
 * @wish: result
 *
 * Pure.
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
 * anycast6_announce_set() - keep what a request says
 * @option: where it is kept
 * @said: what is said; the rest stays
 *
 * Context: process, under an->lock.
 * Return: whether it is not as it was.
 */
bool anycast6_announce_set(struct anycast6_announce_option *option,
			   const struct anycast6_announce_option *said)
{
	bool changed = false;

	if (said->has_mode &&
	    (!option->has_mode || option->mode != said->mode)) {
		WRITE_ONCE(option->mode, said->mode);
		/* who sees that there is one, sees it */
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
 * anycast6_announce_forget() - keep nothing
 * @option: where it is kept
 *
 * Context: process, under an->lock.
 */
void anycast6_announce_forget(struct anycast6_announce_option *option)
{
	WRITE_ONCE(option->has_mode, false);
	WRITE_ONCE(option->metric, 0);
}
