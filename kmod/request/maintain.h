/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verbs that tend what is there: drain, resume, renew.
 * Knows attributes only to blame them.
 */
#ifndef ANYCAST6_MAINTAIN_H
#define ANYCAST6_MAINTAIN_H

struct anycast6_net;
struct anycast6_request;

enum anycast6_care {
	ANYCAST6_DRAIN,
	ANYCAST6_RESUME,
	ANYCAST6_RENEW,
};

int anycast6_maintain(struct anycast6_net *an,
		      const struct anycast6_request *req,
		      enum anycast6_care care);

#endif
