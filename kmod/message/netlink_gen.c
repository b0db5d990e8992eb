// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	docs/netlink/specs/anycast6.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/anycast6.h>

/* Common nested types */
const struct nla_policy anycast6_service_nl_policy[ANYCAST6_A_SERVICE_PORT + 1] = {
	[ANYCAST6_A_SERVICE_PROTO] = { .type = NLA_U8, },
	[ANYCAST6_A_SERVICE_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
};

const struct nla_policy anycast6_services_nl_policy[ANYCAST6_A_SERVICES_SERVICE + 1] = {
	[ANYCAST6_A_SERVICES_SERVICE] = NLA_POLICY_NESTED(anycast6_service_nl_policy),
};

/* ANYCAST6_CMD_GET - dump */
static const struct nla_policy anycast6_get_nl_policy[ANYCAST6_A_ADDR_STATE + 1] = {
	[ANYCAST6_A_ADDR_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_ORIGIN] = NLA_POLICY_MAX(NLA_U32, 3),
	[ANYCAST6_A_ADDR_ID] = NLA_POLICY_MAX(NLA_U8, ANYCAST6_ID_MAX),
	[ANYCAST6_A_ADDR_STATE] = NLA_POLICY_MAX(NLA_U32, 2),
};

/* ANYCAST6_CMD_ADD - do */
static const struct nla_policy anycast6_add_nl_policy[ANYCAST6_A_ADDR_PROBE + 1] = {
	[ANYCAST6_A_ADDR_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_ORIGIN] = NLA_POLICY_MAX(NLA_U32, 3),
	[ANYCAST6_A_ADDR_ID] = NLA_POLICY_MAX(NLA_U8, ANYCAST6_ID_MAX),
	[ANYCAST6_A_ADDR_VIA] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_METRIC] = { .type = NLA_U32, },
	[ANYCAST6_A_ADDR_AREA] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_AREA_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[ANYCAST6_A_ADDR_LIFETIME] = { .type = NLA_U32, },
	[ANYCAST6_A_ADDR_SERVICES] = NLA_POLICY_NESTED(anycast6_services_nl_policy),
	[ANYCAST6_A_ADDR_PROBE] = { .type = NLA_U32, },
};

/* ANYCAST6_CMD_CHANGE - do */
static const struct nla_policy anycast6_change_nl_policy[ANYCAST6_A_ADDR_PROBE + 1] = {
	[ANYCAST6_A_ADDR_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_ORIGIN] = NLA_POLICY_MAX(NLA_U32, 3),
	[ANYCAST6_A_ADDR_ID] = NLA_POLICY_MAX(NLA_U8, ANYCAST6_ID_MAX),
	[ANYCAST6_A_ADDR_VIA] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_METRIC] = { .type = NLA_U32, },
	[ANYCAST6_A_ADDR_AREA] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_AREA_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[ANYCAST6_A_ADDR_LIFETIME] = { .type = NLA_U32, },
	[ANYCAST6_A_ADDR_SERVICES] = NLA_POLICY_NESTED(anycast6_services_nl_policy),
	[ANYCAST6_A_ADDR_PROBE] = { .type = NLA_U32, },
};

/* ANYCAST6_CMD_REPLACE - do */
static const struct nla_policy anycast6_replace_nl_policy[ANYCAST6_A_ADDR_PROBE + 1] = {
	[ANYCAST6_A_ADDR_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_ORIGIN] = NLA_POLICY_MAX(NLA_U32, 3),
	[ANYCAST6_A_ADDR_ID] = NLA_POLICY_MAX(NLA_U8, ANYCAST6_ID_MAX),
	[ANYCAST6_A_ADDR_VIA] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_METRIC] = { .type = NLA_U32, },
	[ANYCAST6_A_ADDR_AREA] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_AREA_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[ANYCAST6_A_ADDR_LIFETIME] = { .type = NLA_U32, },
	[ANYCAST6_A_ADDR_SERVICES] = NLA_POLICY_NESTED(anycast6_services_nl_policy),
	[ANYCAST6_A_ADDR_PROBE] = { .type = NLA_U32, },
};

/* ANYCAST6_CMD_DEL - do */
static const struct nla_policy anycast6_del_nl_policy[ANYCAST6_A_ADDR_VIA + 1] = {
	[ANYCAST6_A_ADDR_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_ORIGIN] = NLA_POLICY_MAX(NLA_U32, 3),
	[ANYCAST6_A_ADDR_ID] = NLA_POLICY_MAX(NLA_U8, ANYCAST6_ID_MAX),
	[ANYCAST6_A_ADDR_VIA] = NLA_POLICY_EXACT_LEN(16),
};

/* ANYCAST6_CMD_SET - do */
static const struct nla_policy anycast6_set_nl_policy[ANYCAST6_A_ADDR_SOURCE_RELATED + 1] = {
	[ANYCAST6_A_ADDR_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_ORIGIN] = NLA_POLICY_MAX(NLA_U32, 3),
	[ANYCAST6_A_ADDR_ID] = NLA_POLICY_MAX(NLA_U8, ANYCAST6_ID_MAX),
	[ANYCAST6_A_ADDR_SCOPE] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_SCOPE_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[ANYCAST6_A_ADDR_SOURCE] = NLA_POLICY_MAX(NLA_U32, 3),
	[ANYCAST6_A_ADDR_SOURCE_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_SOURCE_RELATED] = { .type = NLA_FLAG, },
	[ANYCAST6_A_ADDR_HOLD] = { .type = NLA_U32, },
	[ANYCAST6_A_ADDR_ANNOUNCE] = NLA_POLICY_MAX(NLA_U32, 2),
	[ANYCAST6_A_ADDR_ANNOUNCE_METRIC] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_AFFINITY] = NLA_POLICY_MAX(NLA_U32, 1),
	[ANYCAST6_A_ADDR_UNPINNED] = NLA_POLICY_NESTED(anycast6_services_nl_policy),
};

/* ANYCAST6_CMD_FLUSH - do */
static const struct nla_policy anycast6_flush_nl_policy[ANYCAST6_A_ADDR_STATE + 1] = {
	[ANYCAST6_A_ADDR_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_ORIGIN] = NLA_POLICY_MAX(NLA_U32, 3),
	[ANYCAST6_A_ADDR_ID] = NLA_POLICY_MAX(NLA_U8, ANYCAST6_ID_MAX),
	[ANYCAST6_A_ADDR_STATE] = NLA_POLICY_MAX(NLA_U32, 2),
};

/* ANYCAST6_CMD_RESOLVE - do */
static const struct nla_policy anycast6_resolve_nl_policy[ANYCAST6_A_FLOW_DPORT + 1] = {
	[ANYCAST6_A_FLOW_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_FLOW_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_FLOW_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_FLOW_SOURCE] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_FLOW_IIF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_FLOW_PROTO] = { .type = NLA_U8, },
	[ANYCAST6_A_FLOW_SPORT] = { .type = NLA_U16, },
	[ANYCAST6_A_FLOW_DPORT] = { .type = NLA_U16, },
};

/* ANYCAST6_CMD_FLOW_GET - dump */
static const struct nla_policy anycast6_flow_get_nl_policy[ANYCAST6_A_FLOW_VRF + 1] = {
	[ANYCAST6_A_FLOW_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_FLOW_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* ANYCAST6_CMD_FLOW_FLUSH - do */
static const struct nla_policy anycast6_flow_flush_nl_policy[ANYCAST6_A_FLOW_VRF + 1] = {
	[ANYCAST6_A_FLOW_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_FLOW_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* ANYCAST6_CMD_DRAIN - do */
static const struct nla_policy anycast6_drain_nl_policy[ANYCAST6_A_ADDR_VIA + 1] = {
	[ANYCAST6_A_ADDR_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_ORIGIN] = NLA_POLICY_MAX(NLA_U32, 3),
	[ANYCAST6_A_ADDR_ID] = NLA_POLICY_MAX(NLA_U8, ANYCAST6_ID_MAX),
	[ANYCAST6_A_ADDR_VIA] = NLA_POLICY_EXACT_LEN(16),
};

/* ANYCAST6_CMD_RESUME - do */
static const struct nla_policy anycast6_resume_nl_policy[ANYCAST6_A_ADDR_VIA + 1] = {
	[ANYCAST6_A_ADDR_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_ORIGIN] = NLA_POLICY_MAX(NLA_U32, 3),
	[ANYCAST6_A_ADDR_ID] = NLA_POLICY_MAX(NLA_U8, ANYCAST6_ID_MAX),
	[ANYCAST6_A_ADDR_VIA] = NLA_POLICY_EXACT_LEN(16),
};

/* ANYCAST6_CMD_RENEW - do */
static const struct nla_policy anycast6_renew_nl_policy[ANYCAST6_A_ADDR_VIA + 1] = {
	[ANYCAST6_A_ADDR_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_ADDR_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_ADDR_ORIGIN] = NLA_POLICY_MAX(NLA_U32, 3),
	[ANYCAST6_A_ADDR_ID] = NLA_POLICY_MAX(NLA_U8, ANYCAST6_ID_MAX),
	[ANYCAST6_A_ADDR_VIA] = NLA_POLICY_EXACT_LEN(16),
};

/* ANYCAST6_CMD_FLOW_ADD - do */
static const struct nla_policy anycast6_flow_add_nl_policy[ANYCAST6_A_FLOW_PROOF + 1] = {
	[ANYCAST6_A_FLOW_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_FLOW_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_FLOW_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_FLOW_SOURCE] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_FLOW_PROTO] = { .type = NLA_U8, },
	[ANYCAST6_A_FLOW_SPORT] = { .type = NLA_U16, },
	[ANYCAST6_A_FLOW_DPORT] = { .type = NLA_U16, },
	[ANYCAST6_A_FLOW_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[ANYCAST6_A_FLOW_IDLE] = { .type = NLA_U32, },
	[ANYCAST6_A_FLOW_TRUST] = NLA_POLICY_MAX(NLA_U32, 2),
	[ANYCAST6_A_FLOW_NEXT] = { .type = NLA_U32, },
	[ANYCAST6_A_FLOW_SYN] = { .type = NLA_U32, },
	[ANYCAST6_A_FLOW_VIA] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_FLOW_VIA_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_FLOW_PROOF] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* ANYCAST6_CMD_FLOW_REPLACE - do */
static const struct nla_policy anycast6_flow_replace_nl_policy[ANYCAST6_A_FLOW_PROOF + 1] = {
	[ANYCAST6_A_FLOW_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_FLOW_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_FLOW_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_FLOW_SOURCE] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_FLOW_PROTO] = { .type = NLA_U8, },
	[ANYCAST6_A_FLOW_SPORT] = { .type = NLA_U16, },
	[ANYCAST6_A_FLOW_DPORT] = { .type = NLA_U16, },
	[ANYCAST6_A_FLOW_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[ANYCAST6_A_FLOW_IDLE] = { .type = NLA_U32, },
	[ANYCAST6_A_FLOW_TRUST] = NLA_POLICY_MAX(NLA_U32, 2),
	[ANYCAST6_A_FLOW_NEXT] = { .type = NLA_U32, },
	[ANYCAST6_A_FLOW_SYN] = { .type = NLA_U32, },
	[ANYCAST6_A_FLOW_VIA] = NLA_POLICY_EXACT_LEN(16),
	[ANYCAST6_A_FLOW_VIA_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[ANYCAST6_A_FLOW_PROOF] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* Ops table for anycast6 */
static const struct genl_split_ops anycast6_nl_ops[] = {
	{
		.cmd		= ANYCAST6_CMD_GET,
		.dumpit		= anycast6_nl_get_dumpit,
		.policy		= anycast6_get_nl_policy,
		.maxattr	= ANYCAST6_A_ADDR_STATE,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= ANYCAST6_CMD_ADD,
		.doit		= anycast6_nl_add_doit,
		.policy		= anycast6_add_nl_policy,
		.maxattr	= ANYCAST6_A_ADDR_PROBE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= ANYCAST6_CMD_CHANGE,
		.doit		= anycast6_nl_change_doit,
		.policy		= anycast6_change_nl_policy,
		.maxattr	= ANYCAST6_A_ADDR_PROBE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= ANYCAST6_CMD_REPLACE,
		.doit		= anycast6_nl_replace_doit,
		.policy		= anycast6_replace_nl_policy,
		.maxattr	= ANYCAST6_A_ADDR_PROBE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= ANYCAST6_CMD_DEL,
		.doit		= anycast6_nl_del_doit,
		.policy		= anycast6_del_nl_policy,
		.maxattr	= ANYCAST6_A_ADDR_VIA,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= ANYCAST6_CMD_SET,
		.doit		= anycast6_nl_set_doit,
		.policy		= anycast6_set_nl_policy,
		.maxattr	= ANYCAST6_A_ADDR_SOURCE_RELATED,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= ANYCAST6_CMD_FLUSH,
		.doit		= anycast6_nl_flush_doit,
		.policy		= anycast6_flush_nl_policy,
		.maxattr	= ANYCAST6_A_ADDR_STATE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= ANYCAST6_CMD_RESOLVE,
		.doit		= anycast6_nl_resolve_doit,
		.policy		= anycast6_resolve_nl_policy,
		.maxattr	= ANYCAST6_A_FLOW_DPORT,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= ANYCAST6_CMD_FLOW_GET,
		.dumpit		= anycast6_nl_flow_get_dumpit,
		.done		= anycast6_nl_flow_get_done,
		.policy		= anycast6_flow_get_nl_policy,
		.maxattr	= ANYCAST6_A_FLOW_VRF,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= ANYCAST6_CMD_FLOW_FLUSH,
		.doit		= anycast6_nl_flow_flush_doit,
		.policy		= anycast6_flow_flush_nl_policy,
		.maxattr	= ANYCAST6_A_FLOW_VRF,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= ANYCAST6_CMD_DRAIN,
		.doit		= anycast6_nl_drain_doit,
		.policy		= anycast6_drain_nl_policy,
		.maxattr	= ANYCAST6_A_ADDR_VIA,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= ANYCAST6_CMD_RESUME,
		.doit		= anycast6_nl_resume_doit,
		.policy		= anycast6_resume_nl_policy,
		.maxattr	= ANYCAST6_A_ADDR_VIA,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= ANYCAST6_CMD_RENEW,
		.doit		= anycast6_nl_renew_doit,
		.policy		= anycast6_renew_nl_policy,
		.maxattr	= ANYCAST6_A_ADDR_VIA,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= ANYCAST6_CMD_FLOW_ADD,
		.doit		= anycast6_nl_flow_add_doit,
		.policy		= anycast6_flow_add_nl_policy,
		.maxattr	= ANYCAST6_A_FLOW_PROOF,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= ANYCAST6_CMD_FLOW_REPLACE,
		.doit		= anycast6_nl_flow_replace_doit,
		.policy		= anycast6_flow_replace_nl_policy,
		.maxattr	= ANYCAST6_A_FLOW_PROOF,
		.flags		= GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group anycast6_nl_mcgrps[] = {
	[ANYCAST6_NLGRP_EVENTS] = { "events", },
	[ANYCAST6_NLGRP_FLOWS] = { "flows", },
};

struct genl_family anycast6_nl_family __ro_after_init = {
	.name		= ANYCAST6_FAMILY_NAME,
	.version	= ANYCAST6_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= anycast6_nl_ops,
	.n_split_ops	= ARRAY_SIZE(anycast6_nl_ops),
	.mcgrps		= anycast6_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(anycast6_nl_mcgrps),
};
