/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The watch over members with services: it asks the kernel whether somebody
 * listens there, when packets come and every 200 ms. Marks addresses whose
 * members may have changed; decides no state.
 */
#ifndef ANYCAST6_WATCH_H
#define ANYCAST6_WATCH_H

#include <linux/types.h>

struct anycast6_group;
struct anycast6_member;
struct anycast6_net;
struct anycast6_watch;

void anycast6_watch_init(struct anycast6_watch *watch);
void anycast6_watch_settle(struct anycast6_net *an,
			   struct anycast6_member *member);
void anycast6_watch_leave(struct anycast6_net *an,
			  struct anycast6_member *member);
bool anycast6_watch_is_unserved(struct anycast6_net *an,
				const struct anycast6_member *member);
bool anycast6_watch_look(struct anycast6_net *an,
			 struct anycast6_member *member);
bool anycast6_watch_serves(struct anycast6_net *an,
			   struct anycast6_member *member);
void anycast6_watch_delivered(struct anycast6_net *an,
			      struct anycast6_group *group);
bool anycast6_watch_has_service(const struct anycast6_group *group, u8 proto,
				u16 port);

#endif
