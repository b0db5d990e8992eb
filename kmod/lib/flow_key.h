/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which flows there can be, by their addresses and ports. Pure: knows no packet
 * and no table.
 */
#ifndef ANYCAST6_FLOW_KEY_H
#define ANYCAST6_FLOW_KEY_H

struct anycast6_flow_key;

/* why there can be no such flow */
enum anycast6_flow_fault {
	ANYCAST6_FLOW_FAULT_NONE,
	/* nothing is sent to its source */
	ANYCAST6_FLOW_FAULT_SOURCE,
	/* its source is its destination */
	ANYCAST6_FLOW_FAULT_SELF,
	/* a port is 0, where nobody can be */
	ANYCAST6_FLOW_FAULT_SPORT,
	ANYCAST6_FLOW_FAULT_DPORT,
};

enum anycast6_flow_fault
anycast6_flow_key_fault(const struct anycast6_flow_key *key);

#endif
