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
#define ANYCAST6_LIFETIME_MAX	2147483
#define ANYCAST6_SERVICES_MAX	16
#define ANYCAST6_PROBE_MIN	10
#define ANYCAST6_PROBE_MAX	60000
#define ANYCAST6_ROUTE_PROTO	166

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

/**
 * enum anycast6_state
 * @ANYCAST6_STATE_DRAINING: Up, but new flows go elsewhere while another
 *   member is up that does not drain.
 */
enum anycast6_state {
	ANYCAST6_STATE_DOWN,
	ANYCAST6_STATE_UP,
	ANYCAST6_STATE_DRAINING,
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
 * @ANYCAST6_REASON_LEASE: The lifetime is over, and nobody has renewed it.
 * @ANYCAST6_REASON_SERVICE: No socket takes packets to the address at one of
 *   its ports.
 * @ANYCAST6_REASON_PROBE: Probes of a remote member are not answered, or it
 *   says that it is down.
 * @ANYCAST6_REASON_HOLD: It was down, and is not up for long enough yet.
 */
enum anycast6_reason {
	ANYCAST6_REASON_ADMIN = 1,
	ANYCAST6_REASON_LINK,
	ANYCAST6_REASON_ADDRESS,
	ANYCAST6_REASON_JOIN,
	ANYCAST6_REASON_NEIGHBOUR,
	ANYCAST6_REASON_ROUTE,
	ANYCAST6_REASON_LEASE,
	ANYCAST6_REASON_SERVICE,
	ANYCAST6_REASON_PROBE,
	ANYCAST6_REASON_HOLD,
};

/**
 * enum anycast6_delivery - What makes packets to the address arrive at a local
 *   member.
 * @ANYCAST6_DELIVERY_JOIN: An anycast join on the device.
 * @ANYCAST6_DELIVERY_ROUTE: A local route, mostly to the module's own device.
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
 * @ANYCAST6_VERDICT_DRAINING: It drains, and the chosen one does not.
 * @ANYCAST6_VERDICT_AWAITED: The flow has it, and its path has failed, maybe
 *   for a moment only: the flow waits for it.
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
	ANYCAST6_VERDICT_DRAINING,
	ANYCAST6_VERDICT_AWAITED,
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
 * enum anycast6_flow_trust - What is believed of what the client of a
 *   connection sends.
 * @ANYCAST6_FLOW_TRUST_WITNESSED: All of it was seen, from the SYN on.
 * @ANYCAST6_FLOW_TRUST_BLIND: Segments came that do not belong together: what
 *   ends it is not believed.
 * @ANYCAST6_FLOW_TRUST_PICKED: It was first seen in its midst, and is
 *   remembered for minutes only.
 */
enum anycast6_flow_trust {
	ANYCAST6_FLOW_TRUST_WITNESSED,
	ANYCAST6_FLOW_TRUST_BLIND,
	ANYCAST6_FLOW_TRUST_PICKED,
};

/**
 * enum anycast6_flow_proof - Whether a flow has lasted.
 * @ANYCAST6_FLOW_PROOF_UNPROVEN: Not yet, so in a full table it gives way to
 *   others.
 * @ANYCAST6_FLOW_PROOF_PROVEN: It has.
 */
enum anycast6_flow_proof {
	ANYCAST6_FLOW_PROOF_UNPROVEN,
	ANYCAST6_FLOW_PROOF_PROVEN,
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

/**
 * enum anycast6_announce - Which routes tell routing daemons that the address
 *   is here, while a member on this node or on a link of it is up.
 * @ANYCAST6_ANNOUNCE_HOST: One to the address.
 * @ANYCAST6_ANNOUNCE_SCOPE: One to the address, and one to its scope.
 */
enum anycast6_announce {
	ANYCAST6_ANNOUNCE_NONE,
	ANYCAST6_ANNOUNCE_HOST,
	ANYCAST6_ANNOUNCE_SCOPE,
};

/**
 * enum anycast6_affinity - What stays with a member as a whole.
 * @ANYCAST6_AFFINITY_FLOW: Each flow by itself.
 * @ANYCAST6_AFFINITY_SOURCE: All that one source sends to the address.
 */
enum anycast6_affinity {
	ANYCAST6_AFFINITY_FLOW,
	ANYCAST6_AFFINITY_SOURCE,
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
	ANYCAST6_A_ADDR_LIFETIME,
	ANYCAST6_A_ADDR_DRAINING,
	ANYCAST6_A_ADDR_SERVICES,
	ANYCAST6_A_ADDR_PROBE,
	ANYCAST6_A_ADDR_HOLD,
	ANYCAST6_A_ADDR_ANNOUNCE,
	ANYCAST6_A_ADDR_ANNOUNCE_METRIC,
	ANYCAST6_A_ADDR_AFFINITY,
	ANYCAST6_A_ADDR_UNPINNED,
	ANYCAST6_A_ADDR_EVICTIONS,

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
	ANYCAST6_A_MEMBER_LIFETIME,
	ANYCAST6_A_MEMBER_EXPIRES,
	ANYCAST6_A_MEMBER_DRAINING,
	ANYCAST6_A_MEMBER_SERVICES,
	ANYCAST6_A_MEMBER_PROBE,
	ANYCAST6_A_MEMBER_ANSWERS,
	ANYCAST6_A_MEMBER_SINCE,
	ANYCAST6_A_MEMBER_CHANGES,
	ANYCAST6_A_MEMBER_PROBES,
	ANYCAST6_A_MEMBER_PAD,

	__ANYCAST6_A_MEMBER_MAX,
	ANYCAST6_A_MEMBER_MAX = (__ANYCAST6_A_MEMBER_MAX - 1)
};

enum {
	ANYCAST6_A_SERVICES_SERVICE = 1,

	__ANYCAST6_A_SERVICES_MAX,
	ANYCAST6_A_SERVICES_MAX = (__ANYCAST6_A_SERVICES_MAX - 1)
};

enum {
	ANYCAST6_A_SERVICE_PROTO = 1,
	ANYCAST6_A_SERVICE_PORT,

	__ANYCAST6_A_SERVICE_MAX,
	ANYCAST6_A_SERVICE_MAX = (__ANYCAST6_A_SERVICE_MAX - 1)
};

enum {
	ANYCAST6_A_CHANGES_UP = 1,
	ANYCAST6_A_CHANGES_DRAINING,
	ANYCAST6_A_CHANGES_DOWN,

	__ANYCAST6_A_CHANGES_MAX,
	ANYCAST6_A_CHANGES_MAX = (__ANYCAST6_A_CHANGES_MAX - 1)
};

enum {
	ANYCAST6_A_PROBES_PAD = 1,
	ANYCAST6_A_PROBES_SENT,
	ANYCAST6_A_PROBES_ANSWERED,
	ANYCAST6_A_PROBES_MISSED,
	ANYCAST6_A_PROBES_UNREACHABLE,
	ANYCAST6_A_PROBES_REFUSED,

	__ANYCAST6_A_PROBES_MAX,
	ANYCAST6_A_PROBES_MAX = (__ANYCAST6_A_PROBES_MAX - 1)
};

enum {
	ANYCAST6_A_MISSES_PAD = 1,
	ANYCAST6_A_MISSES_NO_MEMBER,
	ANYCAST6_A_MISSES_LOOP,
	ANYCAST6_A_MISSES_FORWARDING,
	ANYCAST6_A_MISSES_UNPINNED,
	ANYCAST6_A_MISSES_WAITING,
	ANYCAST6_A_MISSES_RESET,

	__ANYCAST6_A_MISSES_MAX,
	ANYCAST6_A_MISSES_MAX = (__ANYCAST6_A_MISSES_MAX - 1)
};

enum {
	ANYCAST6_A_EVICTIONS_PAD = 1,
	ANYCAST6_A_EVICTIONS_ENDED,
	ANYCAST6_A_EVICTIONS_NEW,
	ANYCAST6_A_EVICTIONS_UNPROVEN,
	ANYCAST6_A_EVICTIONS_IDLE,
	ANYCAST6_A_EVICTIONS_SHARE,

	__ANYCAST6_A_EVICTIONS_MAX,
	ANYCAST6_A_EVICTIONS_MAX = (__ANYCAST6_A_EVICTIONS_MAX - 1)
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
	ANYCAST6_A_FLOW_WAITS,
	ANYCAST6_A_FLOW_TRUST,
	ANYCAST6_A_FLOW_NEXT,
	ANYCAST6_A_FLOW_SYN,
	ANYCAST6_A_FLOW_VIA,
	ANYCAST6_A_FLOW_VIA_DEV,
	ANYCAST6_A_FLOW_PROOF,

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
	ANYCAST6_CMD_DRAIN,
	ANYCAST6_CMD_RESUME,
	ANYCAST6_CMD_RENEW,
	ANYCAST6_CMD_FLOW_ADD,
	ANYCAST6_CMD_FLOW_REPLACE,

	__ANYCAST6_CMD_MAX,
	ANYCAST6_CMD_MAX = (__ANYCAST6_CMD_MAX - 1)
};

#define ANYCAST6_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_ANYCAST6_H */
