/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes structures of a request's attributes, and says what is wrong with those
 * that make none. Knows messages, not what the namespace has.
 */
#ifndef ANYCAST6_PARSE_H
#define ANYCAST6_PARSE_H

struct anycast6_request;
struct anycast6_settings;
struct genl_info;

int anycast6_parse_request(struct genl_info *info,
			   struct anycast6_request *req);
int anycast6_parse_member(struct genl_info *info, struct anycast6_request *req);
int anycast6_parse_settings(struct genl_info *info,
			    struct anycast6_settings *settings);
int anycast6_parse_all(struct genl_info *info, struct anycast6_request *req);

#endif
