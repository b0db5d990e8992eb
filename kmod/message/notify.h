/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sends events to listeners in user space, on the family's multicast group.
 * Knows how an event is sent, not what caused it.
 */
#ifndef ANYCAST6_NOTIFY_H
#define ANYCAST6_NOTIFY_H

#include <linux/types.h>

struct anycast6_entry;
struct anycast6_group;
struct anycast6_member;
struct anycast6_net;

void anycast6_notify_member(struct anycast6_net *an, u8 cmd,
			    struct anycast6_member *member);
void anycast6_notify_group(struct anycast6_net *an, u8 cmd,
			   struct anycast6_group *group);
void anycast6_notify_entry(struct anycast6_net *an, u8 cmd,
			   struct anycast6_entry *entry);

#endif
