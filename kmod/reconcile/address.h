/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an address should be, compared with what it is, and the difference
 * mended. Decides the states of members; knows no events.
 */
#ifndef ANYCAST6_ADDRESS_H
#define ANYCAST6_ADDRESS_H

#include <linux/types.h>

struct anycast6_group;
struct anycast6_net;

bool anycast6_address_settle(struct anycast6_net *an,
			     struct anycast6_group *group);
void anycast6_address_withdraw(struct anycast6_net *an,
			       struct anycast6_group *group);
void anycast6_address_release(struct anycast6_net *an,
			      struct anycast6_group *group);
void anycast6_address_reconcile(struct anycast6_net *an,
				struct anycast6_group *group);

#endif
