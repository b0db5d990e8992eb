/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's own network device, kind anycast6, on which addresses are held
 * that are in no prefix of a real device. Hands packets that are sent to it to
 * steer/; does not know which addresses are held on it.
 */
#ifndef ANYCAST6_DEVICE_H
#define ANYCAST6_DEVICE_H

#include <linux/types.h>

struct anycast6_net;
struct net_device;

int anycast6_device_create(struct anycast6_net *an, u32 *ifindex);
void anycast6_device_destroy(struct anycast6_net *an, u32 ifindex);

#endif
