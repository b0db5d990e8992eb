/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The watch over members with services: whether somebody listens, seen by the
 * first packet of a flow and, without traffic, now and then.
 * Says where to look again; decides no state.
 */
#ifndef ANYCAST6_WATCH_H
#define ANYCAST6_WATCH_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct anycast6_group;
struct anycast6_member;
struct anycast6_net;

/**
 * struct anycast6_watch - a namespace's
 * @members: those with services, the one that was looked at last at the end;
 *           an->lock
 * @n: how many; READ_ONCE(), writers under an->lock
 * @left: how many of this round are not looked at yet; an->lock
 * @work: looks at them
 */
struct anycast6_watch {
	struct list_head members;
	unsigned int n;
	unsigned int left;
	struct delayed_work work;
};

void anycast6_watch_init(struct anycast6_watch *watch);
void anycast6_watch_settle(struct anycast6_net *an,
			   struct anycast6_member *member);
void anycast6_watch_leave(struct anycast6_net *an,
			  struct anycast6_member *member);
bool anycast6_watch_is_deaf(struct anycast6_net *an,
			    const struct anycast6_member *member);
bool anycast6_watch_look(struct anycast6_net *an,
			 struct anycast6_member *member);
bool anycast6_watch_serves(struct anycast6_net *an,
			   struct anycast6_member *member);
void anycast6_watch_notice(struct anycast6_net *an,
			   struct anycast6_group *group);
bool anycast6_watch_names(const struct anycast6_group *group, u8 proto,
			  u16 port);

#endif
