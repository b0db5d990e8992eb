/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kind of the module's own devices, anycast6: how they are known, and how
 * they accept joins. Knows no addresses, and not what becomes of packets there.
 */
#ifndef ANYCAST6_OWN_H
#define ANYCAST6_OWN_H

#include <linux/types.h>

struct anycast6_net;
struct net_device;

bool anycast6_own_is(const struct net_device *dev);
void anycast6_own_accept_joins(struct anycast6_net *an, u32 ifindex);
int anycast6_own_register(void);
void anycast6_own_unregister(void);
void anycast6_own_adopt(struct net_device *dev);

#endif
