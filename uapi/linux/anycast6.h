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
 * @ANYCAST6_REASON_NEIGHBOUR: The neighbour that leads to a remote member does
 *   not answer.
 * @ANYCAST6_REASON_ROUTE: There is no route to a remote member.
 */
enum anycast6_reason {
	ANYCAST6_REASON_ADMIN = 1,
	ANYCAST6_REASON_LINK,
	ANYCAST6_REASON_ADDRESS,
	ANYCAST6_REASON_JOIN,
	ANYCAST6_REASON_NEIGHBOUR,
	ANYCAST6_REASON_ROUTE,
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

/**
 * enum anycast6_verdict - Why a member gets a flow, or does not.
 * @ANYCAST6_VERDICT_CHOSEN: It is the nearest.
 * @ANYCAST6_VERDICT_PINNED: The flow has it already.
 * @ANYCAST6_VERDICT_FARTHER: The chosen one is nearer.
 * @ANYCAST6_VERDICT_DRAWN: It is as near as the chosen one, which the flow's
 *   hash drew.
 * @ANYCAST6_VERDICT_GLOBAL: It has no area, and the chosen one's contains the
 *   source.
 * @ANYCAST6_VERDICT_AREA: The source is outside of its area.
 * @ANYCAST6_VERDICT_DOWN: It is down.
 * @ANYCAST6_VERDICT_LOOP: The packet came from there.
 * @ANYCAST6_VERDICT_FORWARDING: It is remote, and this node does not forward.
 * @ANYCAST6_VERDICT_NEARER: It is the nearest, but the flow has another
 *   already.
 */
enum anycast6_verdict {
	ANYCAST6_VERDICT_CHOSEN = 1,
	ANYCAST6_VERDICT_PINNED,
	ANYCAST6_VERDICT_FARTHER,
	ANYCAST6_VERDICT_DRAWN,
	ANYCAST6_VERDICT_GLOBAL,
	ANYCAST6_VERDICT_AREA,
	ANYCAST6_VERDICT_DOWN,
	ANYCAST6_VERDICT_LOOP,
	ANYCAST6_VERDICT_FORWARDING,
	ANYCAST6_VERDICT_NEARER,
};

/**
 * enum anycast6_flow_state - How far a flow is; decides how long it is
 *   remembered while idle.
 * @ANYCAST6_FLOW_STATE_NEW: One packet was seen, of TCP a SYN.
 * @ANYCAST6_FLOW_STATE_CLOSING: The client has sent a FIN.
 * @ANYCAST6_FLOW_STATE_CLOSED: The client has sent a RST.
 */
enum anycast6_flow_state {
	ANYCAST6_FLOW_STATE_NEW,
	ANYCAST6_FLOW_STATE_ESTABLISHED,
	ANYCAST6_FLOW_STATE_CLOSING,
	ANYCAST6_FLOW_STATE_CLOSED,
};

/**
 * enum anycast6_source_mode - Which source packets have that this node sends
 *   in answer to one that came to the address.
 * @ANYCAST6_SOURCE_MODE_AUTO: TCP and UDP have the anycast address, ICMPv6 a
 *   unicast one.
 * @ANYCAST6_SOURCE_MODE_ANYCAST: All have the anycast address.
 * @ANYCAST6_SOURCE_MODE_UNICAST: All but TCP have a unicast address of the
 *   outgoing interface.
 * @ANYCAST6_SOURCE_MODE_ADDRESS: All but TCP have the address that is
 *   configured.
 */
enum anycast6_source_mode {
	ANYCAST6_SOURCE_MODE_AUTO,
	ANYCAST6_SOURCE_MODE_ANYCAST,
	ANYCAST6_SOURCE_MODE_UNICAST,
	ANYCAST6_SOURCE_MODE_ADDRESS,
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
	ANYCAST6_A_ADDR_VIA,
	ANYCAST6_A_ADDR_METRIC,
	ANYCAST6_A_ADDR_AREA,
	ANYCAST6_A_ADDR_AREA_LEN,
	ANYCAST6_A_ADDR_MISSES,
	ANYCAST6_A_ADDR_SOURCE,
	ANYCAST6_A_ADDR_SOURCE_ADDRESS,
	ANYCAST6_A_ADDR_REPLIES,

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
	ANYCAST6_A_MEMBER_VIA,
	ANYCAST6_A_MEMBER_METRIC,
	ANYCAST6_A_MEMBER_DISTANCE,
	ANYCAST6_A_MEMBER_AREA,
	ANYCAST6_A_MEMBER_AREA_LEN,
	ANYCAST6_A_MEMBER_ACTIVE_FLOWS,
	ANYCAST6_A_MEMBER_VERDICT,

	__ANYCAST6_A_MEMBER_MAX,
	ANYCAST6_A_MEMBER_MAX = (__ANYCAST6_A_MEMBER_MAX - 1)
};

enum {
	ANYCAST6_A_MISSES_PAD = 1,
	ANYCAST6_A_MISSES_NO_MEMBER,
	ANYCAST6_A_MISSES_LOOP,
	ANYCAST6_A_MISSES_FORWARDING,
	ANYCAST6_A_MISSES_UNPINNED,

	__ANYCAST6_A_MISSES_MAX,
	ANYCAST6_A_MISSES_MAX = (__ANYCAST6_A_MISSES_MAX - 1)
};

enum {
	ANYCAST6_A_REPLIES_PAD = 1,
	ANYCAST6_A_REPLIES_REWRITTEN,
	ANYCAST6_A_REPLIES_UNSAFE,
	ANYCAST6_A_REPLIES_OWN,
	ANYCAST6_A_REPLIES_FORGOTTEN,

	__ANYCAST6_A_REPLIES_MAX,
	ANYCAST6_A_REPLIES_MAX = (__ANYCAST6_A_REPLIES_MAX - 1)
};

enum {
	ANYCAST6_A_FLOW_ADDRESS = 1,
	ANYCAST6_A_FLOW_VRF,
	ANYCAST6_A_FLOW_DEV,
	ANYCAST6_A_FLOW_SOURCE,
	ANYCAST6_A_FLOW_IIF,
	ANYCAST6_A_FLOW_PROTO,
	ANYCAST6_A_FLOW_SPORT,
	ANYCAST6_A_FLOW_DPORT,
	ANYCAST6_A_FLOW_STATE,
	ANYCAST6_A_FLOW_IDLE,
	ANYCAST6_A_FLOW_TIMEOUT,
	ANYCAST6_A_FLOW_MEMBER,

	__ANYCAST6_A_FLOW_MAX,
	ANYCAST6_A_FLOW_MAX = (__ANYCAST6_A_FLOW_MAX - 1)
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
	ANYCAST6_CMD_RESOLVE,
	ANYCAST6_CMD_FLOW_GET,
	ANYCAST6_CMD_FLOW_FLUSH,

	__ANYCAST6_CMD_MAX,
	ANYCAST6_CMD_MAX = (__ANYCAST6_CMD_MAX - 1)
};

#define ANYCAST6_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_ANYCAST6_H */
