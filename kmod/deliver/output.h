/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks for what this node sends: an answer to a packet that came to an
 * anycast address gets its source here. Knows sockets and routes, not how
 * questions were remembered.
 */
#ifndef ANYCAST6_OUTPUT_H
#define ANYCAST6_OUTPUT_H

struct anycast6_host;
struct nf_hook_ops;

/* before and after connection tracking */
#define ANYCAST6_OUTPUT_HOOKS	2

void anycast6_output_hooks(struct anycast6_host *host, struct nf_hook_ops *ops);

#endif
