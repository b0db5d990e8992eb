/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a request to explain a choice asks about: a flow, and a packet of it that is
 * made up. Knows no members, and not what becomes of the packet.
 */
#ifndef ANYCAST6_ASKED_H
#define ANYCAST6_ASKED_H

#include "lib/packet.h"

struct anycast6_net;
struct anycast6_transit;
struct genl_info;

/**
 * struct anycast6_asked - what a request asks about
 * @key: the flow
 * @iif: interface index of the device that it comes by, 0 if this node sends it
 * @of_flows: whoever asks may know which flows there are
 */
struct anycast6_asked {
	struct anycast6_flow_key key;
	u32 iif;
	bool of_flows;
};

int anycast6_asked_parse(struct anycast6_net *an, struct genl_info *info,
			 struct anycast6_asked *asked);
int anycast6_asked_transit(struct anycast6_net *an,
			   const struct anycast6_asked *asked,
			   struct anycast6_transit *transit);

#endif
