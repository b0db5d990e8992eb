/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Marks: which links and addresses reconciliation must look at again, and when.
 * Knows where marks are kept, not what reconciliation does about them.
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
