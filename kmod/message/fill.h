/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Puts addresses and entries into netlink messages, for dumps and events alike.
 * Knows the attributes, not when a message is sent.
 */
#ifndef ANYCAST6_FILL_H
#define ANYCAST6_FILL_H

#include <linux/types.h>

struct anycast6_entry;
struct anycast6_group;
struct sk_buff;

/**
 * struct anycast6_header - the header of a message
 * @portid: netlink port of the receiver, 0 for a multicast
 * @seq: sequence number of the request, 0 without one
 * @flags: NLM_F_*
 * @cmd: ANYCAST6_CMD_*
 */
struct anycast6_header {
	u32 portid;
	u32 seq;
	int flags;
	u8 cmd;
};

void *anycast6_fill_start(struct sk_buff *skb,
			  const struct anycast6_header *header);
int anycast6_fill_group(struct sk_buff *skb, struct anycast6_group *group);
int anycast6_fill_entry(struct sk_buff *skb,
			const struct anycast6_entry *entry);

#endif
