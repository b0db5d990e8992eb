/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Questions: decides which packets to this node belong to a flow that must be
 * remembered, so that answers get the right source. Knows which socket would
 * answer, not what becomes of the answer.
 */
#ifndef ANYCAST6_QUESTION_H
#define ANYCAST6_QUESTION_H

struct anycast6_arrival;
struct anycast6_group;
struct anycast6_host;

void anycast6_question_remember(struct anycast6_host *host,
				const struct anycast6_arrival *arrival,
				struct anycast6_group *group);

#endif
