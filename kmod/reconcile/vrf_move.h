/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moves members with their device from one VRF to another, with all that was
 * configured of them.
 * Knows what is kept of members and addresses, not what it means.
 */
#ifndef ANYCAST6_VRF_MOVE_H
#define ANYCAST6_VRF_MOVE_H

struct anycast6_link;
struct anycast6_net;

void anycast6_vrf_move(struct anycast6_net *an, struct anycast6_link *link);

#endif
