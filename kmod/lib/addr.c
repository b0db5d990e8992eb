// SPDX-License-Identifier: GPL-2.0
/*
 * Anycast identifiers (RFC 4291 section 2.6.1, RFC 2526) and prefixes as
 * arithmetic on addresses. Pure: knows no device, no namespace, no
 * configuration.
 */
#include <linux/string.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "lib/addr.h"

/* RFC 2526 section 2: the identifier takes the last 7 bits. */
#define ID_BITS		7
/* RFC 6164 section 6: a /127 is a link between two routers, nothing else. */
#define MAX_LEN		126

/**
 * anycast6_addr_refusal() - why an address can't be an anycast address
 * @addr: network order
 *
 * Context: any.
 * Return: a sentence for the user, or NULL if it can be one (RFC 4291
 * section 2.6: any unicast address).
 */
const char *anycast6_addr_refusal(const struct in6_addr *addr)
{
	if (ipv6_addr_any(addr))
		return "anycast6: the unspecified address can't be an anycast address";
	if (ipv6_addr_loopback(addr))
		return "anycast6: the loopback address can't be an anycast address";
	if (ipv6_addr_is_multicast(addr))
		return "anycast6: a multicast address can't be an anycast address";
	if (ipv6_addr_v4mapped(addr))
		return "anycast6: an IPv4-mapped address can't be an anycast address";
	return NULL;
}

/**
 * anycast6_addr_is_unicast() - whether another node can be reached through an
 * address
 * @addr: network order
 *
 * Context: any.
 */
bool anycast6_addr_is_unicast(const struct in6_addr *addr)
{
	return !ipv6_addr_any(addr) && !ipv6_addr_loopback(addr) &&
	       !ipv6_addr_is_multicast(addr) && !ipv6_addr_v4mapped(addr);
}

/**
 * anycast6_prefix_set() - make a prefix of an address and a length
 * @prefix: result
 * @addr: network order; bits beyond @len are ignored
 * @len: 0 to 128
 *
 * Context: any.
 */
void anycast6_prefix_set(struct anycast6_prefix *prefix,
			 const struct in6_addr *addr, u8 len)
{
	ipv6_addr_prefix(&prefix->addr, addr, len);
	prefix->len = len;
}

/**
 * anycast6_prefix_contains() - whether an address lies in a prefix
 * @prefix: the prefix
 * @addr: network order
 *
 * Context: any.
 */
bool anycast6_prefix_contains(const struct anycast6_prefix *prefix,
			      const struct in6_addr *addr)
{
	return ipv6_prefix_equal(&prefix->addr, addr, prefix->len);
}

/**
 * anycast6_prefix_compare() - where a prefix is among addresses in their order
 * @prefix: the prefix
 * @addr: network order
 *
 * Context: any.
 * Return: less than 0 if the prefix is before the address, 0 if it contains it,
 * more than 0 if it is behind it.
 */
int anycast6_prefix_compare(const struct anycast6_prefix *prefix,
			    const struct in6_addr *addr)
{
	struct in6_addr start;

	ipv6_addr_prefix(&start, addr, prefix->len);
	return ipv6_addr_cmp(&prefix->addr, &start);
}

static bool has_identifiers(const struct anycast6_prefix *prefix, u8 max_len)
{
	return prefix->len <= max_len && !ipv6_addr_is_multicast(&prefix->addr);
}

/**
 * anycast6_addr_subnet_router() - the subnet-router anycast address
 * @prefix: an on-link prefix
 * @addr: result, network order: the prefix, then zeros (RFC 4291 2.6.1)
 *
 * Context: any.
 * Return: false where a prefix has none: /127 and /128 (RFC 6164 section 6),
 * multicast, and a prefix of zeros, where it would be the unspecified address.
 */
bool anycast6_addr_subnet_router(const struct anycast6_prefix *prefix,
				 struct in6_addr *addr)
{
	if (!has_identifiers(prefix, MAX_LEN) || ipv6_addr_any(&prefix->addr))
		return false;
	*addr = prefix->addr;
	return true;
}

/* RFC 4291 section 2.5.1: interface identifiers have modified EUI-64 form,
 * except under prefixes that start with binary 000.
 */
static bool is_eui64(const struct anycast6_prefix *prefix)
{
	return prefix->len == 64 && (prefix->addr.s6_addr[0] & 0xe0);
}

/**
 * anycast6_addr_reserved() - a reserved subnet anycast address (RFC 2526)
 * @prefix: an on-link prefix
 * @id: anycast identifier, 0 to ANYCAST6_ID_MAX
 * @addr: result, network order: the prefix, ones (with the universal/local
 *        bit 0 where identifiers are EUI-64), and the identifier
 *
 * Context: any.
 * Return: false where the prefix leaves no room for the identifier or has no
 * reserved identifiers (RFC 6164 section 6).
 */
bool anycast6_addr_reserved(const struct anycast6_prefix *prefix, u8 id,
			    struct in6_addr *addr)
{
	struct in6_addr ones;
	unsigned int i;

	if (!has_identifiers(prefix, 128 - ID_BITS))
		return false;

	memset(&ones, 0xff, sizeof(ones));
	ipv6_addr_prefix(addr, &ones, prefix->len);
	for (i = 0; i < sizeof(ones); i++)
		addr->s6_addr[i] = ~addr->s6_addr[i] | prefix->addr.s6_addr[i];

	if (is_eui64(prefix))
		addr->s6_addr[8] = 0xfd;
	addr->s6_addr[15] &= ~ANYCAST6_ID_MAX;
	addr->s6_addr[15] |= id;
	return true;
}

/**
 * anycast6_prefix_equal() - whether two prefixes are the same
 * @a: a prefix
 * @b: a prefix
 *
 * Context: any.
 */
bool anycast6_prefix_equal(const struct anycast6_prefix *a,
			   const struct anycast6_prefix *b)
{
	return a->len == b->len && ipv6_addr_equal(&a->addr, &b->addr);
}
