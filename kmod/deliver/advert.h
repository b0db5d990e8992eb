/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Neighbours that solicit an address which the kernel alone would not answer
 * for, or too late. Reads from a member's role who is to answer; does not know
 * how that is elected.
 */
#ifndef ANYCAST6_ADVERT_H
#define ANYCAST6_ADVERT_H

#include <linux/types.h>

struct anycast6_arrival;
struct anycast6_group;
struct anycast6_host;
struct in6_addr;
struct net;

void anycast6_advert_answer(struct net *net, const struct anycast6_group *group,
			    const struct anycast6_arrival *arrival);
void anycast6_advert_answer_now(const struct anycast6_host *host,
				const struct anycast6_arrival *arrival);
void anycast6_advert_take_over(struct net *net, const struct in6_addr *addr,
			       u32 ifindex);

#endif
