// SPDX-License-Identifier: GPL-2.0
/*
 * Which flows there can be, by their addresses and ports. Pure: knows no packet
 * and no table.
 */
#include <net/ipv6.h>

#include "lib/addr.h"
#include "lib/flow_key.h"
#include "lib/packet.h"

static bool has_two_ports(const struct anycast6_flow_key *key)
{
	return key->proto != ANYCAST6_TRACK_SOURCE &&
	       key->proto != IPPROTO_ICMPV6;
}

/**
 * anycast6_flow_key_fault() - why there can be no such flow
 * @key: the flow, of a protocol that has some
 *
 * Packets may have such addresses and ports, by mistake or by a forger's hand.
 * They are forwarded as any others, but nobody waits for an answer to them.
 *
 * Context: any.
 * Return: %ANYCAST6_FLOW_FAULT_NONE, 0, if there can be one.
 */
enum anycast6_flow_fault
anycast6_flow_key_fault(const struct anycast6_flow_key *key)
{
	if (!anycast6_addr_is_unicast(&key->source))
		return ANYCAST6_FLOW_FAULT_SOURCE;
	if (ipv6_addr_equal(&key->source, &key->destination))
		return ANYCAST6_FLOW_FAULT_SELF;
	if (!has_two_ports(key))
		return ANYCAST6_FLOW_FAULT_NONE;
	if (!key->sport)
		return ANYCAST6_FLOW_FAULT_SPORT;
	if (!key->dport)
		return ANYCAST6_FLOW_FAULT_DPORT;
	return ANYCAST6_FLOW_FAULT_NONE;
}
