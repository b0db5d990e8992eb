/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets of this node that answer one to an anycast address: they get the
 * source they are to have. Knows sockets and routes, not who asked.
 */
#ifndef ANYCAST6_OUTPUT_H
#define ANYCAST6_OUTPUT_H

struct anycast6_host;
struct nf_hook_ops;

#define ANYCAST6_OUTPUT_HOOKS	2

void anycast6_output_hooks(struct anycast6_host *host, struct nf_hook_ops *ops);

#endif
