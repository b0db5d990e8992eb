/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A quick no to addresses that are not steered: what all other traffic pays.
 * Knows bits, not addresses' owners.
 */
#ifndef ANYCAST6_BLOOM_H
#define ANYCAST6_BLOOM_H

#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/in6.h>
#include <linux/rcupdate.h>

/**
 * struct anycast6_bloom - two bits for each address that may be meant
 * @rcu: frees it after its readers
 * @shift: how many bits of a hash are too many
 * @bits: a power of two of them; atomic
 */
struct anycast6_bloom {
	struct rcu_head rcu;
	unsigned int shift;
	unsigned long bits[];
};

struct anycast6_bloom *anycast6_bloom_alloc(unsigned int addresses);
unsigned int anycast6_bloom_room(const struct anycast6_bloom *bloom);

static inline u64 anycast6_bloom_hash(const struct in6_addr *addr)
{
	const __be32 *w = addr->s6_addr32;
	u64 x = (__force u64)(w[0] ^ w[2]) << 32 | (__force u32)(w[1] ^ w[3]);

	return x * GOLDEN_RATIO_64;
}

/**
 * anycast6_bloom_add() - let an address pass
 * @bloom: the sieve
 * @addr: the address
 *
 * Context: any.
 */
static inline void anycast6_bloom_add(struct anycast6_bloom *bloom,
				      const struct in6_addr *addr)
{
	u64 hash = anycast6_bloom_hash(addr);

	set_bit(hash >> bloom->shift, bloom->bits);
	set_bit(hash * GOLDEN_RATIO_64 >> bloom->shift, bloom->bits);
}

/**
 * anycast6_bloom_passes() - whether an address may be one that was added
 * @bloom: the sieve
 * @addr: the address
 *
 * Context: any that keeps @bloom.
 */
static inline bool anycast6_bloom_passes(const struct anycast6_bloom *bloom,
					 const struct in6_addr *addr)
{
	u64 hash = anycast6_bloom_hash(addr);

	return test_bit(hash >> bloom->shift, bloom->bits) &&
	       test_bit(hash * GOLDEN_RATIO_64 >> bloom->shift, bloom->bits);
}

#endif
