/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verbs that take away: del, flush, and the end of a namespace.
 * Knows attributes only to point the extack at them.
 */
#ifndef ANYCAST6_REMOVE_H
#define ANYCAST6_REMOVE_H

struct anycast6_filter;
struct anycast6_net;
struct anycast6_request;

int anycast6_remove(struct anycast6_net *an,
		    const struct anycast6_request *req);
void anycast6_remove_all(struct anycast6_net *an,
			 const struct anycast6_filter *filter);
void anycast6_remove_everything(struct anycast6_net *an);

#endif
