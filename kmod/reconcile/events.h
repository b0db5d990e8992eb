/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Listens to what the kernel tells of devices, addresses, routes, rules and
 * neighbours, and marks what must be looked at again. Keeps itself only what
 * can't be looked up later: lost joins, devices that went, odd rules. Decides
 * nothing, except that it refuses unicast addresses that are anycast ones here.
 */
#ifndef ANYCAST6_EVENTS_H
#define ANYCAST6_EVENTS_H

struct anycast6_net;

int anycast6_events_listen(struct anycast6_net *an);

int anycast6_events_register(void);
void anycast6_events_unregister(void);

#endif
