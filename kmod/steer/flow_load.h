/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows that another router had, or this one before: which of two accounts of a
 * flow counts. Knows no messages, and not how such flows come here.
 */
#ifndef ANYCAST6_FLOW_LOAD_H
#define ANYCAST6_FLOW_LOAD_H

#include <linux/types.h>

struct anycast6_flow_image;
struct anycast6_flows;
struct anycast6_member;

int anycast6_flow_load(struct anycast6_flows *flows,
		       struct anycast6_flow_image *image,
		       struct anycast6_member *member, bool replace);

#endif
