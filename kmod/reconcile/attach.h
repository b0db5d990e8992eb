/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a member needs so that packets get to it: the hooks and tables of its kind, and
 * its next hop. Knows how many need them, not what they do.
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
