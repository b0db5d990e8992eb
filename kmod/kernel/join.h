/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Joins in the kernel's own anycast code (net/ipv6/anycast.c), each held by a
 * socket. Knows the kernel's rules for joins, not why a join is wanted.
 */
#ifndef ANYCAST6_JOIN_H
#define ANYCAST6_JOIN_H

#include <linux/in6.h>
#include <linux/list.h>

struct anycast6_net;
struct socket;

/**
 * struct anycast6_joiner - a socket that holds joins
 * @node: in an->joiners; an->lock
 * @sock: the socket, constant
 * @joins: how many joins it holds; an->lock
 */
struct anycast6_joiner {
	struct list_head node;
	struct socket *sock;
	unsigned int joins;
};

/**
 * struct anycast6_aca - what the kernel's anycast code has for an address on a
 * device (struct ifacaddr6)
 * @users: how many joins there are, the kernel's own and this module's included
 * @routed: the route of the joins is in the FIB
 */
struct anycast6_aca {
	int users;
	bool routed;
};

void anycast6_aca_read(struct anycast6_net *an, u32 ifindex,
		       const struct in6_addr *addr, struct anycast6_aca *aca);

struct anycast6_joiner *anycast6_join(struct anycast6_net *an, u32 ifindex,
				      const struct in6_addr *addr);
void anycast6_leave(struct anycast6_net *an, struct anycast6_joiner *joiner,
		    u32 ifindex, const struct in6_addr *addr);
void anycast6_join_forget(struct anycast6_net *an,
			  struct anycast6_joiner *joiner, u32 ifindex,
			  const struct in6_addr *addr);
void anycast6_joiners_close(struct anycast6_net *an);

#endif
