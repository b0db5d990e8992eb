/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verb that changes a whole address, or what an entry says of its
 * addresses. Knows what can be set, not what follows from it.
 */
#ifndef ANYCAST6_SET_H
#define ANYCAST6_SET_H

#include "lib/addr.h"
#include "lib/announce.h"
#include "object/pinning.h"
#include "object/source.h"

struct anycast6_net;
struct anycast6_request;

/**
 * struct anycast6_settings - what a request sets
 * @scope: where the members live, if @has_scope
 * @source: what source answers carry, if @has_source
 * @hold_time: for how many seconds a member that was down must be up before it
 *             is used, if @has_hold
 * @announce: what is announced to routing daemons; says itself what is named
 * @pinning: how flows stay with their members; says itself what is named
 * @has_scope: @scope is named
 * @has_source: @source is named
 * @has_hold: @hold_time is named
 */
struct anycast6_settings {
	struct anycast6_prefix scope;
	struct anycast6_source_option source;
	u32 hold_time;
	struct anycast6_announce_option announce;
	struct anycast6_pinning_option pinning;
	bool has_scope;
	bool has_source;
	bool has_hold;
};

int anycast6_set(struct anycast6_net *an,
		 const struct anycast6_request *req,
		 const struct anycast6_settings *settings);

#endif
