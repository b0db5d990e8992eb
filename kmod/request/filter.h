/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which addresses, members and entries a dump or a flush means.
 * Knows how they are told apart, not what is done with them.
 */
#ifndef ANYCAST6_FILTER_H
#define ANYCAST6_FILTER_H

#include <linux/in6.h>
#include <linux/types.h>

struct anycast6_entry;
struct anycast6_group;
struct anycast6_member;

/**
 * struct anycast6_filter - what an object must match, all of it
 * @addr: its address, network order; NULL for any
 * @vrf: interface index of its VRF, of a link-local address that of its link; 0
 *       for any
 * @dev: interface index of its device, 0 for any
 * @origin: enum anycast6_origin, -1 for any
 * @id: reserved identifier, -1 for any
 * @state: enum anycast6_state, -1 for any
 */
struct anycast6_filter {
	const struct in6_addr *addr;
	u32 vrf;
	u32 dev;
	int origin;
	int id;
	int state;
};

void anycast6_filter_init(struct anycast6_filter *filter);
bool anycast6_filter_group(const struct anycast6_filter *filter,
			   const struct anycast6_group *group);
bool anycast6_filter_member(const struct anycast6_filter *filter,
			    const struct anycast6_member *member);
bool anycast6_filter_entry(const struct anycast6_filter *filter,
			   const struct anycast6_entry *entry);

#endif
