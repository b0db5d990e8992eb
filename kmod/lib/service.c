// SPDX-License-Identifier: GPL-2.0
/*
 * Services: the ports at which somebody must listen, or a member is not up.
 * Pure: knows no socket and no member.
 */
#include <linux/errno.h>
#include <linux/in.h>

#include "lib/service.h"

/**
 * anycast6_services_have() - whether a port is one of the services
 * @services: the services
 * @proto: IP protocol
 * @port: host order
 *
 * Context: any.
 */
bool anycast6_services_have(const struct anycast6_services *services, u8 proto,
			    u16 port)
{
	unsigned int i;

	for (i = 0; i < services->n; i++)
		if (services->list[i].proto == proto &&
		    services->list[i].port == port)
			return true;
	return false;
}

/**
 * anycast6_services_add() - add a service
 * @services: the services
 * @proto: IP protocol
 * @port: host order
 *
 * Context: any.
 * Return: 0, %-EPROTONOSUPPORT if @proto is neither TCP nor UDP, %-EINVAL if
 * @port is 0, %-EEXIST if the service is there already, %-E2BIG at the limit
 * %ANYCAST6_SERVICES_MAX.
 */
int anycast6_services_add(struct anycast6_services *services, u8 proto,
			  u16 port)
{
	if (proto != IPPROTO_TCP && proto != IPPROTO_UDP)
		return -EPROTONOSUPPORT;
	if (!port)
		return -EINVAL;
	if (anycast6_services_have(services, proto, port))
		return -EEXIST;
	if (services->n == ARRAY_SIZE(services->list))
		return -E2BIG;
	services->list[services->n].proto = proto;
	services->list[services->n].port = port;
	services->n++;
	return 0;
}

/**
 * anycast6_services_equal() - whether services are the same, in the same order
 * @a: services
 * @b: other services
 *
 * Context: any.
 */
bool anycast6_services_equal(const struct anycast6_services *a,
			     const struct anycast6_services *b)
{
	unsigned int i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (a->list[i].proto != b->list[i].proto ||
		    a->list[i].port != b->list[i].port)
			return false;
	return true;
}
