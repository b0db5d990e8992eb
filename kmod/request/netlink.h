/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What requests and dumps of the generic netlink family share: the filter that
 * they name, and who may change anything. Knows nothing of what verbs do.
 */
#ifndef ANYCAST6_NETLINK_H
#define ANYCAST6_NETLINK_H

struct anycast6_filter;
struct genl_info;
struct nlattr;
struct sk_buff;

void anycast6_netlink_filter(struct nlattr **attrs,
			     struct anycast6_filter *filter);
int anycast6_netlink_check_permission(struct sk_buff *skb,
				      struct genl_info *info);
int anycast6_netlink_check_flow_permission(struct sk_buff *skb,
					   struct genl_info *info);

#endif
