/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gives a packet another source address, and corrects its checksum.
 * Knows headers, not why the source changes.
 */
#ifndef ANYCAST6_REWRITE_H
#define ANYCAST6_REWRITE_H

#include <linux/types.h>

struct in6_addr;
struct sk_buff;

bool anycast6_rewrite_source(struct sk_buff *skb,
			     const struct in6_addr *source);

#endif
