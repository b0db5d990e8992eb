/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections that have lost their member, and whose clients are told at once: how
 * many of their segments are answered. Knows neither flows nor members.
 */
#ifndef ANYCAST6_RESET_H
#define ANYCAST6_RESET_H

#include <linux/types.h>

struct anycast6_reset_budget;
struct anycast6_router;
struct anycast6_transit;

void anycast6_reset_init(struct anycast6_reset_budget *resets);
bool anycast6_reset_answer(struct anycast6_router *router,
			   struct anycast6_transit *transit);

#endif
