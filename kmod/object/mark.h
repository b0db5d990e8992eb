/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Marks: which links and addresses are to be looked at again, and when.
 * Knows where they are kept, not what is looked at.
 */
#ifndef ANYCAST6_MARK_H
#define ANYCAST6_MARK_H

struct anycast6_group;
struct anycast6_link;
struct anycast6_net;

void anycast6_mark_link(struct anycast6_net *an, struct anycast6_link *link);
void anycast6_mark_waiting(struct anycast6_net *an, struct anycast6_link *link);
void anycast6_mark_group(struct anycast6_net *an,
			 struct anycast6_group *group);
void anycast6_mark_drop(struct anycast6_net *an);
void anycast6_mark_enlist(struct anycast6_net *an,
			  struct anycast6_group *group);
void anycast6_mark_retry(struct anycast6_net *an);

#endif
