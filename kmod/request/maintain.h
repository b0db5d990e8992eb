/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verbs that maintain what is configured: drain, resume, renew.
 * Knows what is asked of members and entries; does not decide their state.
 */
#ifndef ANYCAST6_MAINTAIN_H
#define ANYCAST6_MAINTAIN_H

struct anycast6_net;
struct anycast6_request;

/* what anycast6_maintain() does with each member */
enum anycast6_care {
	ANYCAST6_DRAIN,
	ANYCAST6_RESUME,
	ANYCAST6_RENEW,
};

int anycast6_maintain(struct anycast6_net *an,
		      const struct anycast6_request *req,
		      enum anycast6_care care);

#endif
