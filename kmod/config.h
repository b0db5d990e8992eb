/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verbs of the configuration: what each means, and what is refused.
 * Knows attributes only to blame them.
 */
#ifndef ANYCAST6_CONFIG_H
#define ANYCAST6_CONFIG_H

#include <linux/in6.h>
#include <linux/types.h>

struct anycast6_filter;
struct anycast6_net;
struct anycast6_prefix;
struct netlink_ext_ack;
struct nlattr;

/**
 * struct anycast6_request - what a request names
 * @addr: the address, NULL for an entry
 * @origin: of an entry: ANYCAST6_ORIGIN_SUBNET_ROUTER or _RESERVED
 * @id: of an entry: the reserved identifier, 0 for subnet-router
 * @vrf: interface index of the VRF, 0 where none is named
 * @dev: interface index of the device, 0 where none is named: this node
 * @attrs: the request's attributes, to blame one
 * @extack: where the blame goes
 */
struct anycast6_request {
	const struct in6_addr *addr;
	u8 origin;
	u8 id;
	u32 vrf;
	u32 dev;
	struct nlattr **attrs;
	struct netlink_ext_ack *extack;
};

enum anycast6_mode {
	ANYCAST6_ADD,
	ANYCAST6_CHANGE,
	ANYCAST6_REPLACE,
};

int anycast6_config_add(struct anycast6_net *an,
			const struct anycast6_request *req,
			enum anycast6_mode mode);
int anycast6_config_del(struct anycast6_net *an,
			const struct anycast6_request *req);
int anycast6_config_set_scope(struct anycast6_net *an,
			      const struct anycast6_request *req,
			      const struct anycast6_prefix *scope);
void anycast6_config_flush(struct anycast6_net *an,
			   const struct anycast6_filter *filter);
void anycast6_config_clear(struct anycast6_net *an);

#endif
