/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events for listeners in user space. What objects say when they change; they
 * know nothing of how it travels.
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
