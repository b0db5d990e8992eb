/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What requests and dumps of the generic netlink family share.
 * Holds no logic.
 */
#ifndef ANYCAST6_NETLINK_H
#define ANYCAST6_NETLINK_H

struct anycast6_filter;
struct nlattr;

void anycast6_netlink_filter(struct nlattr **attrs,
			     struct anycast6_filter *filter);

#endif
