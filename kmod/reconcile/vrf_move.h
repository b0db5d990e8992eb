/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Members that go with their device from one VRF to another.
 * Knows what is kept of members and addresses, not what it means.
 */
#ifndef ANYCAST6_VRF_MOVE_H
#define ANYCAST6_VRF_MOVE_H

struct anycast6_link;
struct anycast6_net;

void anycast6_vrf_move(struct anycast6_net *an, struct anycast6_link *link);

#endif
