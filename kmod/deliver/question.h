/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets to this node that may be answered: what of them must be remembered.
 * Knows sockets only to see who would answer.
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
