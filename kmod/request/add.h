/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verbs that add and change: what each means, and what is refused.
 * Knows attributes only to point the extack at them.
 */
#ifndef ANYCAST6_ADD_H
#define ANYCAST6_ADD_H

struct anycast6_net;
struct anycast6_request;

/* what anycast6_add() does if the member or entry exists, or does not */
enum anycast6_mode {
	ANYCAST6_ADD,
	ANYCAST6_CHANGE,
	ANYCAST6_REPLACE,
};

int anycast6_add(struct anycast6_net *an,
		 const struct anycast6_request *req,
		 enum anycast6_mode mode);

#endif
