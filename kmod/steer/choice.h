/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The choice of a member for a packet among all members of an address. Knows
 * members and ways, not where packets come from, and keeps no flow.
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
 * struct anycast6_transit - a packet that is steered
 * @net: the namespace
 * @skb: the packet
 * @iif: the device it came by, NULL if this node sends it
 * @forwards: remote members may have it: this node forwards, or sends it
 * @looped: some member was left out because the packet came from there; result
 * @refusal: why the member of the packet's flow does not take it, enum
 *           anycast6_verdict; 0 if it does, or there is none; result
 * @pends: what was decided is to be remembered, once the packet has passed the
 *         filters; result
 * @packet: what its headers say
 * @way: its way to the remote member, or none; result
 */
struct anycast6_transit {
	struct net *net;
	struct sk_buff *skb;
	struct net_device *iif;
	bool forwards;
	bool looped;
	u8 refusal;
	bool pends;
	struct anycast6_packet packet;
	struct anycast6_way way;
};

/**
 * anycast6_transit_begin() - begin with a packet that is not parsed yet
 * @transit: result; an initializer would clear its packet, too
 * @net: the namespace
 * @skb: the packet
 * @iif: the device it came by, NULL if this node sends it
 * @forwards: remote members may have it
 *
 * Context: any.
 */
static inline void anycast6_transit_begin(struct anycast6_transit *transit,
					  struct net *net, struct sk_buff *skb,
					  struct net_device *iif, bool forwards)
{
	transit->net = net;
	transit->skb = skb;
	transit->iif = iif;
	transit->forwards = forwards;
	transit->looped = false;
	transit->refusal = 0;
	transit->pends = false;
	transit->way.dst = NULL;
	transit->way.counted = false;
}

/**
 * struct anycast6_choice - the outcome of a choice
 * @member: the nearest member that takes the packet, or NULL
 * @rank: the rank of @member, if there is one
 */
struct anycast6_choice {
	struct anycast6_member *member;
	struct anycast6_rank rank;
};

/**
 * typedef anycast6_choice_observer - called for each member in a choice
 * @arg: as handed to anycast6_choice_observe()
 * @member: the member
 * @verdict: why it can't have the packet at all, enum anycast6_verdict, or 0
 * @rank: its rank, undefined unless @verdict is 0
 *
 * Context: RCU.
 */
typedef void (*anycast6_choice_observer)(void *arg,
					 const struct anycast6_member *member,
					 u8 verdict,
					 const struct anycast6_rank *rank);

u8 anycast6_choice_refusal(struct anycast6_member *member,
			   struct anycast6_transit *transit);
u8 anycast6_choice_reach(struct anycast6_member *member,
			 struct anycast6_transit *transit);
struct anycast6_member *anycast6_choice_make(struct anycast6_group *group,
					     struct anycast6_transit *transit);
void anycast6_choice_observe(struct anycast6_group *group,
			     struct anycast6_transit *transit,
			     struct anycast6_choice *choice,
			     anycast6_choice_observer observer, void *arg);

#endif
