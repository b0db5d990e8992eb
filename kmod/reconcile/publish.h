/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decides which routes tell routing daemons of an address, and for which of its
 * members. Does not know how routes are sent to the kernel.
 */
#ifndef ANYCAST6_PUBLISH_H
#define ANYCAST6_PUBLISH_H

#include <linux/types.h>

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
