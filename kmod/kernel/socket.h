/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets of this node: which one would receive a packet, and what one leaves to
 * the routes. Knows the kernel's sockets, not who asks.
 */
#ifndef ANYCAST6_SOCKET_H
#define ANYCAST6_SOCKET_H

#include <linux/hash.h>
#include <linux/types.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include <anycast6_compat.h>

struct in6_addr;
struct net;

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
 * @opens: the packet opens a connection, so it is not of one that has ended
 */
struct anycast6_socket_query {
	const struct in6_addr *source;
	const struct in6_addr *destination;
	__be16 sport;
	__be16 dport;
	int dif;
	int sdif;
	u8 proto;
	bool opens;
};

const struct sock *
anycast6_socket_find(struct net *net,
		     const struct anycast6_socket_query *query);

bool anycast6_socket_has_connection(struct net *net,
				    const struct anycast6_socket_query *query);

/**
 * anycast6_socket_is_wildcard() - whether a UDP socket leaves the source of what
 * it sends to the routes
 * @sk: the socket, a full one
 *
 * Context: any that keeps @sk.
 * Return: false if the socket is bound to an address, or connected.
 */
static inline bool anycast6_socket_is_wildcard(const struct sock *sk)
{
	return sk->sk_family == AF_INET6 && sk->sk_state != TCP_ESTABLISHED &&
	       ipv6_addr_any(&sk->sk_v6_rcv_saddr);
}

/**
 * anycast6_socket_is_tunnel() - whether a UDP socket is a tunnel's
 * @sk: the socket, a full one
 *
 * A tunnel's peers follow wherever its packets come from.
 *
 * Context: any that keeps @sk.
 */
static inline bool anycast6_socket_is_tunnel(const struct sock *sk)
{
	return READ_ONCE(udp_sk(sk)->encap_type);
}

/**
 * anycast6_socket_is_told() - whether the program of a socket is told which address
 * a packet came to
 * @sk: the socket, a full one
 *
 * Context: any that keeps @sk.
 * Return: true if it probably says from which address it answers.
 */
static inline bool anycast6_socket_is_told(const struct sock *sk)
{
	const struct ipv6_pinfo *np = inet6_sk(sk);

	return np && (np->rxopt.bits.rxinfo || np->rxopt.bits.rxoinfo);
}

/**
 * anycast6_socket_is_alone() - whether no other socket has the port of a socket
 * @sk: the socket, a full one of UDP that is a wildcard
 *
 * Context: any that keeps @sk.
 * Return: false if others may have it, too.
 */
static inline bool anycast6_socket_is_alone(const struct sock *sk)
{
	return !sk->sk_reuse && !sk->sk_reuseport && !sk->sk_bound_dev_if;
}

/**
 * anycast6_socket_number() - a number by which a socket is known again
 * @sk: the socket, a full one
 *
 * Memory of a socket that is closed soon becomes another one's, so a program's has
 * the number of its inode in it.
 *
 * Context: softirq or process.
 * Return: the number. Another socket hardly ever has the same.
 */
static inline u32 anycast6_socket_number(const struct sock *sk)
{
	return hash_ptr((void *)sk, 32) + sock_i_ino((struct sock *)sk);
}

/**
 * anycast6_socket_sends_datagrams() - whether a socket is one of UDP, maybe a
 * tunnel's, that leaves the source of what it sends to the routes
 * @sk: the socket, a full one
 *
 * Context: any that keeps @sk.
 */
static __always_inline bool
anycast6_socket_sends_datagrams(const struct sock *sk)
{
	return sk->sk_type == SOCK_DGRAM &&
	       (sk->sk_protocol == IPPROTO_UDP ||
		sk->sk_protocol == IPPROTO_UDPLITE) &&
	       anycast6_socket_is_wildcard(sk);
}

/**
 * anycast6_socket_sends_messages() - whether an ICMPv6 message is the kernel's own,
 * or that of a program which leaves headers and source to the kernel
 * @sk: the socket that sends it, a full one
 *
 * Context: any that keeps @sk.
 */
static inline bool anycast6_socket_sends_messages(const struct sock *sk)
{
	return sk->sk_family == AF_INET6 && sk->sk_type == SOCK_RAW &&
	       sk->sk_protocol == IPPROTO_ICMPV6 &&
	       ipv6_addr_any(&sk->sk_v6_rcv_saddr) &&
	       sk->sk_state != TCP_ESTABLISHED &&
	       !anycast6_compat_includes_header(sk);
}

/**
 * anycast6_socket_is_bound() - whether a socket insists on a device
 * @sk: the socket, or NULL
 * @domain: of the address that it sends to, as of struct anycast6_key
 *
 * For a link-local address all sockets are bound, to the link that is the
 * domain: these insist on nothing.
 *
 * Context: any that keeps @sk.
 */
static inline bool anycast6_socket_is_bound(const struct sock *sk, u32 domain)
{
	u32 bound = sk ? READ_ONCE(sk->sk_bound_dev_if) : 0;

	return bound && bound != domain;
}

/**
 * anycast6_socket_names_devices() - whether a socket may name the device for what
 * it sends without being bound to it
 * @sk: the socket, or NULL
 *
 * Streams are bound, or go where routes lead. The kernel's own sockets are left
 * out: some answer by the device that a packet came by, and for these that is no
 * choice of anybody.
 *
 * Context: any that keeps @sk.
 */
static inline bool anycast6_socket_names_devices(const struct sock *sk)
{
	return sk && sk_fullsock(sk) && sk->sk_family == AF_INET6 &&
	       !sk->sk_kern_sock &&
	       (sk->sk_type == SOCK_DGRAM || sk->sk_type == SOCK_RAW);
}

/**
 * anycast6_socket_device() - the device that a socket names for all that it sends
 * @sk: the socket, for which anycast6_socket_names_devices() is true
 *
 * By IPV6_PKTINFO, else by IPV6_UNICAST_IF. What a single message names is in no
 * socket.
 *
 * Context: any that keeps @sk.
 * Return: interface index, 0 if it names none, or is bound to one: then the kernel
 * does not ask for others.
 */
static inline u32 anycast6_socket_device(const struct sock *sk)
{
	const struct ipv6_pinfo *np = inet6_sk(sk);
	u32 sticky;

	if (!np || READ_ONCE(sk->sk_bound_dev_if))
		return 0;
	sticky = READ_ONCE(np->sticky_pktinfo.ipi6_ifindex);
	return sticky ? : READ_ONCE(np->ucast_oif);
}

#endif
