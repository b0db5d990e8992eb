/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which source address an answer is to have, and which ICMPv6 messages are
 * answers, or banned. Pure: knows no packet and no address.
 */
#ifndef ANYCAST6_ANSWER_H
#define ANYCAST6_ANSWER_H

#include <linux/types.h>

enum anycast6_answer {
	/* the anycast address that was asked */
	ANYCAST6_ANSWER_ANYCAST,
	/* the unicast address that it has, or the one for its route */
	ANYCAST6_ANSWER_UNICAST,
	/* the address that was configured */
	ANYCAST6_ANSWER_ADDRESS,
};

bool anycast6_answer_is_banned(u8 icmp_type);
bool anycast6_answer_is_reply(u8 icmp_type);
enum anycast6_answer anycast6_answer_source(u8 mode, u8 proto);

#endif
