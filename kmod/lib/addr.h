/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Anycast identifiers (RFC 4291 section 2.6.1, RFC 2526) and prefixes as
 * arithmetic on addresses. Pure: knows no device, no namespace, no
 * configuration.
 */
#ifndef ANYCAST6_ADDR_H
#define ANYCAST6_ADDR_H

#include <linux/in6.h>
#include <linux/types.h>
#include <asm/byteorder.h>

/**
 * struct anycast6_prefix - a prefix in network order
 * @addr: the address; bits beyond @len are zero
 * @len: prefix length, 0 to 128
 */
struct anycast6_prefix {
	struct in6_addr addr;
	u8 len;
};

/**
 * struct anycast6_key - an address and the domain in which it is unique
 * @addr: network order
 * @domain: interface index of the VRF, 0 outside VRFs; for a link-local
 *          address, interface index of the link
 *
 * It is hashed whole: a new field must not leave holes.
 */
struct anycast6_key {
	struct in6_addr addr;
	u32 domain;
};

const char *anycast6_addr_refusal(const struct in6_addr *addr);
bool anycast6_addr_is_unicast(const struct in6_addr *addr);
bool anycast6_addr_subnet_router(const struct anycast6_prefix *prefix,
				 struct in6_addr *addr);
bool anycast6_addr_reserved(const struct anycast6_prefix *prefix, u8 id,
			    struct in6_addr *addr);

void anycast6_prefix_set(struct anycast6_prefix *prefix,
			 const struct in6_addr *addr, u8 len);
bool anycast6_prefix_contains(const struct anycast6_prefix *prefix,
			      const struct in6_addr *addr);
int anycast6_prefix_compare(const struct anycast6_prefix *prefix,
			    const struct in6_addr *addr);
bool anycast6_prefix_equal(const struct anycast6_prefix *a,
			   const struct anycast6_prefix *b);

/**
 * anycast6_addr_is_linklocal() - whether an address is only valid on its link
 * @addr: network order
 *
 * Context: any.
 */
static inline bool anycast6_addr_is_linklocal(const struct in6_addr *addr)
{
	/* fe80::/10 */
	return (addr->s6_addr32[0] & htonl(0xffc00000)) == htonl(0xfe800000);
}

#endif
