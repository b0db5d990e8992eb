/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the member that a request names lives, what is checked of it, and the
 * messages for what is wrong. Knows attributes only to point the extack at
 * them; changes nothing.
 */
#ifndef ANYCAST6_REQUEST_H
#define ANYCAST6_REQUEST_H

#include <net/netlink.h>

#include <uapi/linux/anycast6.h>

#include "object/group.h"
#include "object/traits.h"

struct anycast6_net;

/**
 * struct anycast6_request - what a request names
 * @addr: the address, network order; NULL for an entry, or if none is named
 * @origin: of an entry: ANYCAST6_ORIGIN_SUBNET_ROUTER or _RESERVED
 * @id: of an entry: the reserved identifier, 0 for subnet-router
 * @vrf: interface index of the VRF, 0 where none is named
 * @dev: interface index of the device, 0 where none is named: a local member is
 *       then on the module's own device, a remote one where the routes lead
 * @via: unicast address of a remote member, network order; NULL for a local one
 * @options: the options of the member that the request names
 * @attrs: the request's attributes, for @extack; @addr and @via point into them
 * @extack: where errors and warnings go
 */
struct anycast6_request {
	const struct in6_addr *addr;
	u8 origin;
	u8 id;
	u32 vrf;
	u32 dev;
	const struct in6_addr *via;
	struct anycast6_options options;
	struct nlattr **attrs;
	struct netlink_ext_ack *extack;
};

/**
 * struct anycast6_place - where the member that a request names lives
 * @key: its address and routing domain; for an entry the domain alone
 * @ifindex: interface index of its device, 0 if that is the module's own
 */
struct anycast6_place {
	struct anycast6_key key;
	u32 ifindex;
};

/* Points the extack of _req at its attribute _attr, with the message _msg, a
 * string literal; evaluates to _err.
 */
#define ANYCAST6_REFUSE(_req, _attr, _err, _msg) ({			\
	const struct anycast6_request *__req = (_req);			\
									\
	NL_SET_ERR_MSG_ATTR(__req->extack,				\
			    __req->attrs[ANYCAST6_A_ADDR_##_attr],	\
			    "anycast6: " _msg);				\
	(_err);								\
})

bool anycast6_request_names_member(const struct anycast6_request *req);
int anycast6_request_place(struct anycast6_net *an,
			   const struct anycast6_request *req,
			   struct anycast6_place *place);
int anycast6_request_check_via(struct anycast6_net *an,
			       const struct anycast6_request *req,
			       const struct anycast6_key *key,
			       struct anycast6_group *group);
int anycast6_request_check_probe(const struct anycast6_request *req,
				 const struct anycast6_place *place);
void anycast6_request_warn_join(const struct anycast6_request *req, int err);
void anycast6_request_warn(struct anycast6_net *an,
			   const struct anycast6_request *req);

int anycast6_blame_group(const struct anycast6_request *req, int err);
int anycast6_blame_member(const struct anycast6_request *req, int err);
int anycast6_blame_join(const struct anycast6_request *req, int err);

#endif
