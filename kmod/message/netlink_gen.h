/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	docs/netlink/specs/anycast6.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_ANYCAST6_GEN_H
#define _LINUX_ANYCAST6_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/anycast6.h>

/* Common nested types */
extern const struct nla_policy anycast6_service_nl_policy[ANYCAST6_A_SERVICE_PORT + 1];
extern const struct nla_policy anycast6_services_nl_policy[ANYCAST6_A_SERVICES_SERVICE + 1];

int anycast6_nl_flow_get_done(struct netlink_callback *cb);

int anycast6_nl_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int anycast6_nl_add_doit(struct sk_buff *skb, struct genl_info *info);
int anycast6_nl_change_doit(struct sk_buff *skb, struct genl_info *info);
int anycast6_nl_replace_doit(struct sk_buff *skb, struct genl_info *info);
int anycast6_nl_del_doit(struct sk_buff *skb, struct genl_info *info);
int anycast6_nl_set_doit(struct sk_buff *skb, struct genl_info *info);
int anycast6_nl_flush_doit(struct sk_buff *skb, struct genl_info *info);
int anycast6_nl_resolve_doit(struct sk_buff *skb, struct genl_info *info);
int anycast6_nl_flow_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int anycast6_nl_flow_flush_doit(struct sk_buff *skb, struct genl_info *info);
int anycast6_nl_drain_doit(struct sk_buff *skb, struct genl_info *info);
int anycast6_nl_resume_doit(struct sk_buff *skb, struct genl_info *info);
int anycast6_nl_renew_doit(struct sk_buff *skb, struct genl_info *info);
int anycast6_nl_flow_add_doit(struct sk_buff *skb, struct genl_info *info);
int anycast6_nl_flow_replace_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	ANYCAST6_NLGRP_EVENTS,
	ANYCAST6_NLGRP_FLOWS,
};

extern struct genl_family anycast6_nl_family;

#endif /* _LINUX_ANYCAST6_GEN_H */
