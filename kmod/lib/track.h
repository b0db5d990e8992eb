/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a flow is, and how long it is remembered, by what its client sends
 * alone: answers may take another way. Pure: knows no table and no clock.
 */
#ifndef ANYCAST6_TRACK_H
#define ANYCAST6_TRACK_H

#include <linux/types.h>

/* The flags of a TCP header, at their bits in it; none for other protocols. */
#define ANYCAST6_TRACK_FIN	0x01
#define ANYCAST6_TRACK_SYN	0x02
#define ANYCAST6_TRACK_RST	0x04
#define ANYCAST6_TRACK_ACK	0x10
/* the flags that may change the state of an established flow */
#define ANYCAST6_TRACK_CHANGES	(ANYCAST6_TRACK_FIN | ANYCAST6_TRACK_RST)

bool anycast6_track_pins(u8 proto, u8 flags);
u8 anycast6_track_next(u8 state, u8 proto, u8 flags);
bool anycast6_track_restarts(u8 state, u8 proto, u8 flags);
unsigned int anycast6_track_timeout(u8 proto, u8 state);

#endif
