/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Another source for a packet, with its checksum right.
 * Knows headers, not why.
 */
#ifndef ANYCAST6_REWRITE_H
#define ANYCAST6_REWRITE_H

#include <linux/types.h>

struct in6_addr;
struct sk_buff;

bool anycast6_rewrite_source(struct sk_buff *skb,
			     const struct in6_addr *source);

#endif
