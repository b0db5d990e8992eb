// SPDX-License-Identifier: GPL-2.0
/*
 * A Bloom filter of addresses: a quick no for most packets, which is all that
 * they pay. Knows bits, not which addresses are added or why.
 */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "lib/bloom.h"

/* With two bits for each address, at most one in 256 other addresses passes, as
 * long as ORDER_MAX is enough.
 */
#define BITS_PER_ADDRESS	32
#define ORDER_MIN		10
#define ORDER_MAX		25

/**
 * anycast6_bloom_alloc() - make a Bloom filter that no address passes
 * @addresses: for how many addresses it should be good
 *
 * Context: process.
 * Return: a Bloom filter for kvfree_rcu(), or NULL without memory.
 */
struct anycast6_bloom *anycast6_bloom_alloc(unsigned int addresses)
{
	u64 bits = (u64)addresses * BITS_PER_ADDRESS;
	struct anycast6_bloom *bloom;
	unsigned int order;

	order = clamp(order_base_2(bits), ORDER_MIN, ORDER_MAX);
	bloom = kvzalloc(sizeof(*bloom) + BITS_TO_LONGS(1UL << order) *
			 sizeof(long), GFP_KERNEL_ACCOUNT);
	if (bloom)
		bloom->shift = 64 - order;
	return bloom;
}

/**
 * anycast6_bloom_room() - for how many addresses a Bloom filter is good
 * @bloom: the Bloom filter
 *
 * Context: any that keeps @bloom.
 * Return: that number; %UINT_MAX at the largest size, as nothing would be
 * better.
 */
unsigned int anycast6_bloom_room(const struct anycast6_bloom *bloom)
{
	unsigned int order = 64 - bloom->shift;

	return order == ORDER_MAX ? UINT_MAX :
				    (1U << order) / BITS_PER_ADDRESS;
}
