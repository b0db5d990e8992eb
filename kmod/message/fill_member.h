/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Puts members into netlink messages, and the options that members and entries
 * share. Knows the attributes, not when a message is sent.
 */
#ifndef ANYCAST6_FILL_MEMBER_H
#define ANYCAST6_FILL_MEMBER_H

#include <linux/types.h>

struct anycast6_counts;
struct anycast6_member;
struct anycast6_options;
struct anycast6_services;
struct sk_buff;

int anycast6_fill_member(struct sk_buff *skb, int attr,
			 const struct anycast6_member *member, u8 verdict);
int anycast6_fill_stats(struct sk_buff *skb, int attr,
			const struct anycast6_counts *counts);
int anycast6_fill_options(struct sk_buff *skb,
			  const struct anycast6_options *options, int metric,
			  int area, int area_len);
int anycast6_fill_services(struct sk_buff *skb, int type,
			   const struct anycast6_services *services);

#endif
