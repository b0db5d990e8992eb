/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What packets need to reach a member: the hooks and tables for local or for
 * remote members, and the next hop of a remote one.
 * Counts the members that need them; does not know what a hook does.
 */
#ifndef ANYCAST6_ATTACH_H
#define ANYCAST6_ATTACH_H

struct anycast6_blueprint;
struct anycast6_member;
struct anycast6_net;

int anycast6_attach(struct anycast6_net *an, struct anycast6_member *member,
		    const struct anycast6_blueprint *blueprint);
void anycast6_detach(struct anycast6_net *an, struct anycast6_member *member);

#endif
