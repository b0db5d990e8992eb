/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a request names, found and checked, and the sentence for what is wrong
 * with it. Knows attributes only to blame them; changes nothing.
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
 * @addr: the address, NULL for an entry
 * @origin: of an entry: ANYCAST6_ORIGIN_SUBNET_ROUTER or _RESERVED
 * @id: of an entry: the reserved identifier, 0 for subnet-router
 * @vrf: interface index of the VRF, 0 where none is named
 * @dev: interface index of the device, 0 where none is named: this node, or
 *       where the routes lead
 * @via: unicast address of a remote member, NULL for a local one
 * @options: what is said of the member
 * @attrs: the request's attributes, to blame one
 * @extack: where the blame goes
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
 * @key: its address; without @addr for an entry
 * @ifindex: interface index of its device, 0 if that is the module's own
 */
struct anycast6_place {
	struct anycast6_key key;
	u32 ifindex;
};

/* Blames attribute _attr of request _req with _msg, a literal, and is _err. */
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
