/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets to this node on their way to its sockets.
 * Knows how they are let in, not where addresses come from.
 */
#ifndef ANYCAST6_INPUT_H
#define ANYCAST6_INPUT_H

struct anycast6_host;
struct nf_hook_ops;

void anycast6_input_hook(struct anycast6_host *host, struct nf_hook_ops *ops);

#endif
