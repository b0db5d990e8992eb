/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What source an answer is to have. Pure: knows no packet.
 */
#ifndef ANYCAST6_ANSWER_H
#define ANYCAST6_ANSWER_H

#include <linux/types.h>

enum anycast6_answer {
	/* the address that was asked */
	ANYCAST6_ANSWER_ANYCAST,
	/* an address of the interface where it goes out, or what it has */
	ANYCAST6_ANSWER_UNICAST,
	/* the one that was configured */
	ANYCAST6_ANSWER_ADDRESS,
};

bool anycast6_answer_is_banned(u8 icmp_type);
bool anycast6_answer_is_reply(u8 icmp_type);
enum anycast6_answer anycast6_answer_source(u8 mode, u8 proto);

#endif
