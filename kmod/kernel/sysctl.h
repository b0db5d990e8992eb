/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The limits of a namespace, and what else is set for all of its addresses, as
 * sysctls, net.anycast6.*. Knows how they are set, not who keeps to them.
 */
#ifndef ANYCAST6_SYSCTL_H
#define ANYCAST6_SYSCTL_H

struct anycast6_net;

int anycast6_sysctl_init(struct anycast6_net *an);
void anycast6_sysctl_exit(struct anycast6_net *an);

#endif
