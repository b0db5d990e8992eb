/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verbs of the configuration: what each means, and what is refused.
 * Knows attributes only to blame them.
 */
#ifndef ANYCAST6_CONFIG_H
#define ANYCAST6_CONFIG_H

#include <linux/types.h>

struct anycast6_entry;
struct anycast6_filter;
struct anycast6_group;
struct anycast6_member;
struct anycast6_net;
struct anycast6_place;
struct anycast6_request;
struct anycast6_settings;

enum anycast6_mode {
	ANYCAST6_ADD,
	ANYCAST6_CHANGE,
	ANYCAST6_REPLACE,
};

int anycast6_config_add(struct anycast6_net *an,
			const struct anycast6_request *req,
			enum anycast6_mode mode);
int anycast6_config_del(struct anycast6_net *an,
			const struct anycast6_request *req);
int anycast6_config_set(struct anycast6_net *an,
			const struct anycast6_request *req,
			const struct anycast6_settings *settings);
void anycast6_config_flush(struct anycast6_net *an,
			   const struct anycast6_filter *filter);
void anycast6_config_clear(struct anycast6_net *an);

int anycast6_config_find(struct anycast6_net *an,
			 const struct anycast6_request *req,
			 struct anycast6_place *place,
			 struct anycast6_group **group);
struct anycast6_member *
anycast6_config_find_member(struct anycast6_net *an,
			    const struct anycast6_request *req,
			    struct anycast6_group *group,
			    const struct anycast6_place *place);
int anycast6_config_refuse_member(const struct anycast6_request *req,
				  const struct anycast6_group *group);
int anycast6_config_find_entry(struct anycast6_net *an,
			       const struct anycast6_request *req,
			       struct anycast6_entry **entry);

#endif
