/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds the address, the member or the entry that a request names, or says that
 * there is none. Knows attributes only to point the extack at them; changes
 * nothing.
 */
#ifndef ANYCAST6_FIND_H
#define ANYCAST6_FIND_H

struct anycast6_entry;
struct anycast6_group;
struct anycast6_member;
struct anycast6_net;
struct anycast6_place;
struct anycast6_request;

int anycast6_find_group(struct anycast6_net *an,
			const struct anycast6_request *req,
			struct anycast6_place *place,
			struct anycast6_group **group);
struct anycast6_member *
anycast6_find_member(struct anycast6_net *an,
		     const struct anycast6_request *req,
		     struct anycast6_group *group,
		     const struct anycast6_place *place);
int anycast6_find_refuse(const struct anycast6_request *req,
			 const struct anycast6_group *group);
int anycast6_find_existing_entry(struct anycast6_net *an,
				 const struct anycast6_request *req,
				 struct anycast6_entry **entry);
int anycast6_find_entry(struct anycast6_net *an,
			const struct anycast6_request *req,
			struct anycast6_entry **entry);

#endif
