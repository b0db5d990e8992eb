/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Responses: which question a packet of this node answers, and so which of its
 * addresses the answer belongs to. Knows what is remembered of flows and what
 * programs choose, not how a packet gets its source.
 */
#ifndef ANYCAST6_RESPONSE_H
#define ANYCAST6_RESPONSE_H

#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "deliver/host.h"
#include "kernel/link.h"
#include "lib/addr.h"

struct anycast6_group;

/**
 * struct anycast6_response - a packet that may be an answer
 * @host: the namespace's
 * @skb: the packet
 * @state: of the hook
 * @group: result: the anycast address that was asked, or NULL
 * @proto: result: IP protocol of the answer
 * @tracked: result: connection tracking saw a question
 */
struct anycast6_response {
	struct anycast6_host *host;
	struct sk_buff *skb;
	const struct nf_hook_state *state;
	struct anycast6_group *group;
	u8 proto;
	bool tracked;
};

int anycast6_response_transport(const struct sk_buff *skb, unsigned int *offset);
bool anycast6_response_find(struct anycast6_response *response);
bool anycast6_response_is_of(struct anycast6_response *response,
			     struct anycast6_group *group);

static inline u32 anycast6_response_domain(const struct anycast6_response *response,
					   const struct in6_addr *addr)
{
	return unlikely(anycast6_addr_is_linklocal(addr)) ?
	       skb_dst(response->skb)->dev->ifindex :
	       anycast6_dev_vrf(response->state->out);
}

static inline struct anycast6_group *
anycast6_response_group_at(const struct anycast6_response *response,
			   const struct in6_addr *addr)
{
	if (likely(!anycast6_host_may_hold(response->host, addr)))
		return NULL;
	return anycast6_host_find(response->host, addr,
				  anycast6_response_domain(response, addr));
}

#endif
