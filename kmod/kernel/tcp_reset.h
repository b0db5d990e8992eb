/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RSTs that the module sends itself, in answer to segments that come in or leave.
 * Knows how an RST is made, not when one is due.
 */
#ifndef ANYCAST6_TCP_RESET_H
#define ANYCAST6_TCP_RESET_H

#include <linux/tcp.h>
#include <linux/types.h>

struct net;
struct sk_buff;

/**
 * struct anycast6_tcp_reset - a segment that an RST answers
 * @skb: the segment
 * @tcp: a copy of its header
 * @len: length of its data in bytes
 * @domain: of its source, as of struct anycast6_key
 */
struct anycast6_tcp_reset {
	struct sk_buff *skb;
	struct tcphdr tcp;
	u32 len;
	u32 domain;
};

bool anycast6_tcp_reset_begin(struct anycast6_tcp_reset *reset,
			      struct sk_buff *skb, u32 domain);
bool anycast6_tcp_reset_send(struct net *net,
			     const struct anycast6_tcp_reset *reset);

#endif
