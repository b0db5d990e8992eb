/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A Bloom filter of addresses: a quick no for most packets, which is all that
 * they pay. Knows bits, not which addresses are added or why.
 */
#ifndef ANYCAST6_BLOOM_H
#define ANYCAST6_BLOOM_H

#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/in6.h>
#include <linux/rcupdate.h>

/**
 * struct anycast6_bloom - a Bloom filter with two bits for each address
 * @rcu: frees it after its readers
 * @shift: a 64-bit hash shifted right by this is a number of a bit; constant
 * @bits: the bits, a power of two of them; set_bit(), test_bit()
 */
struct anycast6_bloom {
	struct rcu_head rcu;
	unsigned int shift;
	unsigned long bits[];
};

struct anycast6_bloom *anycast6_bloom_alloc(unsigned int addresses);
unsigned int anycast6_bloom_room(const struct anycast6_bloom *bloom);

/* Not secret, but quick: an address that is chosen to pass gains only a lookup
 * in vain.
 */
static inline u64 anycast6_bloom_hash(const struct in6_addr *addr)
{
	const __be32 *w = addr->s6_addr32;
	u64 x = (__force u64)(w[0] ^ w[2]) << 32 | (__force u32)(w[1] ^ w[3]);

	return x * GOLDEN_RATIO_64;
}

/**
 * anycast6_bloom_add() - let an address pass
 * @bloom: the Bloom filter
 * @addr: the address, network order; it can't be taken out again
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
 * anycast6_bloom_passes() - whether an address may have been added
 * @bloom: the Bloom filter
 * @addr: the address, network order
 *
 * All traffic pays for this, so it must stay inline in the hooks.
 *
 * Context: any that keeps @bloom.
 * Return: false if it was not added; true if it was, or by chance.
 */
static inline bool anycast6_bloom_passes(const struct anycast6_bloom *bloom,
					 const struct in6_addr *addr)
{
	u64 hash = anycast6_bloom_hash(addr);

	return test_bit(hash >> bloom->shift, bloom->bits) &&
	       test_bit(hash * GOLDEN_RATIO_64 >> bloom->shift, bloom->bits);
}

#endif
