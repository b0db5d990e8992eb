/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hook for packets to this node: those to an anycast address are counted,
 * and get what they need to reach a socket. Knows the order in which the others
 * of deliver/ see a packet, not how an address comes to be held.
 */
#ifndef ANYCAST6_INPUT_H
#define ANYCAST6_INPUT_H

struct anycast6_host;
struct nf_hook_ops;

void anycast6_input_hook(struct anycast6_host *host, struct nf_hook_ops *ops);

#endif
