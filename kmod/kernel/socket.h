/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets of this node: which one would receive a packet.
 * Knows the kernel's tables of sockets, not who asks.
 */
#ifndef ANYCAST6_SOCKET_H
#define ANYCAST6_SOCKET_H

#include <linux/types.h>

struct in6_addr;
struct net;
struct sock;

/**
 * struct anycast6_socket_query - what decides which socket receives a packet
 * @source: network order; the unspecified address means any sender, so that
 *          connected sockets do not count
 * @destination: network order
 * @sport: network order
 * @dport: network order
 * @dif: interface index of the device that the packet comes by, or of the VRF
 *       of that device; 0 if sockets that are bound to a device do not count
 * @sdif: interface index of the device that the packet comes by, if that is in
 *        a VRF, else 0
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
