/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settles an address: holds it where its local members are, gives this node's
 * own packets a route, and decides the states of its members.
 * Does not know which event or request made that necessary.
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
