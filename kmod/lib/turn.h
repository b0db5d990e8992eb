/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose turn it is: listeners are told of each flow that goes on once a round,
 * of some in each second. Pure: knows no flow, no message and no clock.
 */
#ifndef ANYCAST6_TURN_H
#define ANYCAST6_TURN_H

#include <linux/types.h>

/* A round, s: so long after one turn of a flow comes its next one. */
#define ANYCAST6_TURN_ROUND	20

bool anycast6_turn_is_due(u32 hash, u32 told, u32 now, bool seldom);

#endif
