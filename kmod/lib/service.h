/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Services: the ports at which somebody must listen, or a member is not up.
 * Pure: knows no socket and no member.
 */
#ifndef ANYCAST6_SERVICE_H
#define ANYCAST6_SERVICE_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include <uapi/linux/anycast6.h>

/**
 * struct anycast6_service - a port at which somebody must listen
 * @proto: %IPPROTO_TCP or %IPPROTO_UDP
 * @port: host order, not 0
 */
struct anycast6_service {
	u8 proto;
	u16 port;
};

/**
 * struct anycast6_services - services in the order in which they were named
 * @n: how many there are
 * @list: the services, no two alike
 */
struct anycast6_services {
	unsigned int n;
	struct anycast6_service list[ANYCAST6_SERVICES_MAX];
};

/**
 * struct anycast6_offer - the services of a member, or the ports of an address
 * whose flows are not remembered, for readers under RCU
 * @services: at least one; constant
 * @rcu: frees it after its readers
 */
struct anycast6_offer {
	struct anycast6_services services;
	struct rcu_head rcu;
};

int anycast6_services_add(struct anycast6_services *services, u8 proto,
			  u16 port);
bool anycast6_services_have(const struct anycast6_services *services, u8 proto,
			    u16 port);
bool anycast6_services_equal(const struct anycast6_services *a,
			     const struct anycast6_services *b);

#endif
