/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which routes tell routing daemons of an address, and while which of its
 * members live. Knows not how routes come and go.
 */
#ifndef ANYCAST6_PUBLISH_H
#define ANYCAST6_PUBLISH_H

#include <linux/types.h>

struct anycast6_announce_option;
struct anycast6_group;
struct anycast6_member;
struct anycast6_net;

bool anycast6_publish_may(const struct anycast6_member *member);
int anycast6_publish(struct anycast6_net *an, struct anycast6_group *group);
void anycast6_publish_withdraw(struct anycast6_net *an,
			       struct anycast6_group *group);
void anycast6_publish_review(struct anycast6_net *an,
			     struct anycast6_group *group);

#endif
