/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel tells of devices, addresses and routes, translated into
 * "look there again". Decides nothing but what must be refused on the spot.
 */
#ifndef ANYCAST6_EVENTS_H
#define ANYCAST6_EVENTS_H

struct anycast6_net;

int anycast6_events_listen(struct anycast6_net *an);

int anycast6_events_register(void);
void anycast6_events_unregister(void);

#endif
