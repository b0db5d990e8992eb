/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The choice of a member for a packet: the candidates of an address, asked one
 * after the other. Knows members and ways, not hooks.
 */
#ifndef ANYCAST6_CHOICE_H
#define ANYCAST6_CHOICE_H

#include <linux/types.h>

#include "lib/packet.h"
#include "lib/select.h"
#include "way/path.h"

struct anycast6_group;
struct anycast6_member;
struct net;
struct net_device;
struct sk_buff;

/**
 * struct anycast6_transit - a packet that passes, and where it goes
 * @net: the namespace
 * @skb: the packet
 * @iif: the device it came by, NULL if this node sends it
 * @forwards: remote members may have it
 * @looped: a member was left out because the packet came from there
 * @packet: what it says of itself
 * @way: its way to a remote member, or none
 */
struct anycast6_transit {
	struct net *net;
	struct sk_buff *skb;
	struct net_device *iif;
	bool forwards;
	bool looped;
	struct anycast6_packet packet;
	struct anycast6_way way;
};

/**
 * struct anycast6_choice - the outcome of a choice
 * @member: the nearest member that takes the packet, or NULL
 * @rank: how it does, if there is one
 */
struct anycast6_choice {
	struct anycast6_member *member;
	struct anycast6_rank rank;
};

/**
 * typedef anycast6_choice_observer - somebody who wants to know why
 * @arg: what was handed on with it
 * @member: a candidate
 * @verdict: why it can't have the packet at all, enum anycast6_verdict, or 0
 * @rank: how it does, if @verdict is 0
 */
typedef void (*anycast6_choice_observer)(void *arg,
					 const struct anycast6_member *member,
					 u8 verdict,
					 const struct anycast6_rank *rank);

bool anycast6_choice_takes(struct anycast6_member *member,
			   struct anycast6_transit *transit);
struct anycast6_member *anycast6_choice_make(struct anycast6_group *group,
					     struct anycast6_transit *transit);
void anycast6_choice_observe(struct anycast6_group *group,
			     struct anycast6_transit *transit,
			     struct anycast6_choice *choice,
			     anycast6_choice_observer observer, void *arg);

#endif
