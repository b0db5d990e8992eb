// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets of this node: which one would receive a packet, and what one leaves to
 * the routes. Knows the kernel's sockets, not who asks.
 */
#include <linux/in.h>
#include <net/inet6_hashtables.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "anycast6_compat.h"
#include "kernel/socket.h"

/**
 * anycast6_socket_find() - find the socket that would receive a packet
 * @net: the namespace
 * @query: the packet; of TCP, one that opens a connection, as only listening
 *         sockets are looked up
 *
 * Context: RCU; softirq or process.
 * Return: the socket, without a reference, or NULL.
 */
const struct sock *
anycast6_socket_find(struct net *net, const struct anycast6_socket_query *query)
{
	if (query->proto == IPPROTO_TCP)
		return inet6_lookup_listener(net,
					     net->ipv4.tcp_death_row.hashinfo,
					     NULL, 0, query->source,
					     query->sport,
					     query->destination,
					     ntohs(query->dport),
					     query->dif, query->sdif);
	return __udp6_lib_lookup(net, query->source, query->sport,
				 query->destination, query->dport,
				 query->dif, query->sdif,
				 anycast6_compat_udp_table(net, query->proto),
				 NULL);
}

/**
 * anycast6_socket_has_connection() - whether a connection is one of this node's
 * @net: the namespace
 * @query: a packet of the connection, TCP
 *
 * Sockets that wait for the end of a handshake, or for the end of the network's
 * memory (TIME_WAIT), are in the same table, and have it, too. But who opens a
 * connection may do so elsewhere while the one before is in TIME_WAIT.
 *
 * Context: RCU; softirq or process.
 */
bool anycast6_socket_has_connection(struct net *net,
				    const struct anycast6_socket_query *query)
{
	struct sock *sk;
	bool has;

	sk = __inet6_lookup_established(net, net->ipv4.tcp_death_row.hashinfo,
					query->source, query->sport,
					query->destination,
					ntohs(query->dport), query->dif,
					query->sdif);
	if (!sk)
		return false;
	has = !query->opens || sk->sk_state != TCP_TIME_WAIT;
	sock_gen_put(sk);
	return has;
}
