/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Opened flows: those that this node opened, and that nobody else's packets may
 * move. Only what this node sends makes room for itself here. Pure: knows hashes,
 * ticks and sockets by number, not flows.
 */
#ifndef ANYCAST6_OPENED_H
#define ANYCAST6_OPENED_H

#include <linux/types.h>

/**
 * struct anycast6_opened - a flow
 * @slot: which one, and since when, see opened.c; 0 for none; READ_ONCE()
 * @socket: number of the socket that opened it; READ_ONCE()
 * @refused: when a question to an anycast address came last, in ticks of
 *           lib/initiator.h; READ_ONCE()
 */
struct anycast6_opened {
	u64 slot;
	u32 socket;
	u32 refused;
};

/**
 * struct anycast6_opened_pair - two flows of similar hashes
 * @flows: without a lock: a race loses one flow at most
 */
struct anycast6_opened_pair {
	struct anycast6_opened flows[2];
};

bool anycast6_opened_has(const struct anycast6_opened_pair *pair, u32 tag,
			 u32 now);
bool anycast6_opened_by(const struct anycast6_opened_pair *pair, u32 tag,
			u32 socket, u32 now);
void anycast6_opened_went(struct anycast6_opened_pair *pair, u32 tag,
			  u32 socket, u32 now);
void anycast6_opened_refuse(struct anycast6_opened_pair *pair, u32 tag,
			    u32 now);
void anycast6_opened_end(struct anycast6_opened_pair *pair, u32 tag, u32 now);

#endif
