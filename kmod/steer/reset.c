// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that have lost their member, and whose clients are told at once: how
 * many of their segments are answered. Knows neither flows nor members.
 */
#include <linux/ktime.h>

#include "kernel/link.h"
#include "kernel/tcp_reset.h"
#include "net.h"
#include "steer/choice.h"
#include "steer/reset.h"
#include "steer/router.h"

/* So many RSTs a second, and at once. Clients of a busy member send again what is
 * not answered, so all of them are told within seconds.
 */
#define RESET_RATE	10000
#define RESET_BURST	10000

/**
 * anycast6_reset_init() - prepare a router's budget, which is full
 * @resets: the budget
 *
 * Context: process.
 */
void anycast6_reset_init(struct anycast6_reset_budget *resets)
{
	spin_lock_init(&resets->lock);
	anycast6_budget_init(&resets->budget, RESET_RATE, RESET_BURST,
			     ktime_get_ns());
}

static bool may_reset(struct anycast6_reset_budget *resets)
{
	bool may;

	/* packets come in process context, too, by nfnetlink_queue */
	spin_lock_bh(&resets->lock);
	may = !anycast6_budget_spend(&resets->budget, ktime_get_ns());
	spin_unlock_bh(&resets->lock);
	return may;
}

/* Returns the domain of a packet's source. */
static u32 find_source_domain(const struct anycast6_transit *transit)
{
	const struct anycast6_flow_key *key = &transit->packet.key;

	return transit->iif ? anycast6_skb_domain(transit->skb, &key->source) :
			      key->domain;
}

/**
 * anycast6_reset_answer() - answer a segment by an RST, if that may be
 * @router: the namespace's
 * @transit: the segment, which the caller drops
 *
 * Context: RCU; softirq or process.
 * Return: false if nobody was told.
 */
bool anycast6_reset_answer(struct anycast6_router *router,
			   struct anycast6_transit *transit)
{
	struct anycast6_tcp_reset reset;

	/* what is not sent takes nothing from the budget */
	return anycast6_tcp_reset_begin(&reset, transit->skb,
					find_source_domain(transit)) &&
	       may_reset(&router->resets) &&
	       anycast6_tcp_reset_send(transit->net, &reset);
}
