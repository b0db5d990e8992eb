/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	docs/netlink/specs/anycast6.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_ANYCAST6_H
#define _UAPI_LINUX_ANYCAST6_H

#define ANYCAST6_FAMILY_NAME	"anycast6"
#define ANYCAST6_FAMILY_VERSION	1

#define ANYCAST6_ID_MAX		127
#define ANYCAST6_ID_HOME_AGENTS	126

/**
 * enum anycast6_origin - Where an address comes from.
 * @ANYCAST6_ORIGIN_STATIC: It was configured as an address.
 * @ANYCAST6_ORIGIN_SUBNET_ROUTER: The subnet-router anycast address of an
 *   on-link prefix.
 * @ANYCAST6_ORIGIN_RESERVED: A reserved anycast identifier in an on-link
 *   prefix.
 * @ANYCAST6_ORIGIN_KERNEL: The kernel's own anycast code holds it, anycast6
 *   does not.
 */
enum anycast6_origin {
	ANYCAST6_ORIGIN_STATIC,
	ANYCAST6_ORIGIN_SUBNET_ROUTER,
	ANYCAST6_ORIGIN_RESERVED,
	ANYCAST6_ORIGIN_KERNEL,
};

enum anycast6_state {
	ANYCAST6_STATE_DOWN,
	ANYCAST6_STATE_UP,
};

/**
 * enum anycast6_reason - Why a member is down.
 * @ANYCAST6_REASON_ADMIN: The device is down, or IPv6 is disabled on it.
 * @ANYCAST6_REASON_LINK: The device has no carrier.
 * @ANYCAST6_REASON_ADDRESS: The address has become a unicast address of this
 *   node.
 * @ANYCAST6_REASON_JOIN: The kernel refused the address on the device, or a
 *   limit did.
 */
enum anycast6_reason {
	ANYCAST6_REASON_ADMIN = 1,
	ANYCAST6_REASON_LINK,
	ANYCAST6_REASON_ADDRESS,
	ANYCAST6_REASON_JOIN,
};

/**
 * enum anycast6_delivery - What makes packets to the address arrive at a local
 *   member.
 * @ANYCAST6_DELIVERY_JOIN: An anycast join on the device.
 * @ANYCAST6_DELIVERY_ROUTE: A local route to the module's own device.
 * @ANYCAST6_DELIVERY_KERNEL: A join that the kernel, or somebody's socket, has
 *   on the device.
 */
enum anycast6_delivery {
	ANYCAST6_DELIVERY_JOIN = 1,
	ANYCAST6_DELIVERY_ROUTE,
	ANYCAST6_DELIVERY_KERNEL,
};

enum {
	ANYCAST6_A_ADDR_ADDRESS = 1,
	ANYCAST6_A_ADDR_VRF,
	ANYCAST6_A_ADDR_DEV,
	ANYCAST6_A_ADDR_SCOPE,
	ANYCAST6_A_ADDR_SCOPE_LEN,
	ANYCAST6_A_ADDR_ORIGIN,
	ANYCAST6_A_ADDR_ID,
	ANYCAST6_A_ADDR_STATE,
	ANYCAST6_A_ADDR_MEMBER,
	ANYCAST6_A_ADDR_ADDRESSES,
	ANYCAST6_A_ADDR_STATS,

	__ANYCAST6_A_ADDR_MAX,
	ANYCAST6_A_ADDR_MAX = (__ANYCAST6_A_ADDR_MAX - 1)
};

enum {
	ANYCAST6_A_MEMBER_DEV = 1,
	ANYCAST6_A_MEMBER_OWN,
	ANYCAST6_A_MEMBER_ORIGIN,
	ANYCAST6_A_MEMBER_STATE,
	ANYCAST6_A_MEMBER_REASON,
	ANYCAST6_A_MEMBER_DELIVERY,
	ANYCAST6_A_MEMBER_STATS,

	__ANYCAST6_A_MEMBER_MAX,
	ANYCAST6_A_MEMBER_MAX = (__ANYCAST6_A_MEMBER_MAX - 1)
};

enum {
	ANYCAST6_A_STATS_PAD = 1,
	ANYCAST6_A_STATS_PACKETS,
	ANYCAST6_A_STATS_BYTES,

	__ANYCAST6_A_STATS_MAX,
	ANYCAST6_A_STATS_MAX = (__ANYCAST6_A_STATS_MAX - 1)
};

enum {
	ANYCAST6_CMD_GET = 1,
	ANYCAST6_CMD_ADD,
	ANYCAST6_CMD_CHANGE,
	ANYCAST6_CMD_REPLACE,
	ANYCAST6_CMD_DEL,
	ANYCAST6_CMD_SET,
	ANYCAST6_CMD_FLUSH,
	ANYCAST6_CMD_ADDED,
	ANYCAST6_CMD_CHANGED,
	ANYCAST6_CMD_DELETED,

	__ANYCAST6_CMD_MAX,
	ANYCAST6_CMD_MAX = (__ANYCAST6_CMD_MAX - 1)
};

#define ANYCAST6_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_ANYCAST6_H */
