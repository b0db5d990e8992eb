/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets of this node: which one would take a packet.
 * Knows the kernel's tables of them, not who asks.
 */
#ifndef ANYCAST6_SOCKET_H
#define ANYCAST6_SOCKET_H

#include <linux/types.h>

struct in6_addr;
struct net;
struct sock;

/**
 * struct anycast6_socket_query - what of a packet decides on its socket
 * @source: network order; the unspecified address for anybody, and then no
 *          socket that is connected has it
 * @destination: network order
 * @sport: network order
 * @dport: network order
 * @dif: interface index of the device it comes by, of the VRF in one; 0 if
 *       only sockets that are bound to none count
 * @sdif: interface index of that device in a VRF, else 0
 * @proto: %IPPROTO_TCP, %IPPROTO_UDP or %IPPROTO_UDPLITE
 */
struct anycast6_socket_query {
	const struct in6_addr *source;
	const struct in6_addr *destination;
	__be16 sport;
	__be16 dport;
	int dif;
	int sdif;
	u8 proto;
};

const struct sock *
anycast6_socket_find(struct net *net,
		     const struct anycast6_socket_query *query);

#endif
