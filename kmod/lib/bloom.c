// SPDX-License-Identifier: GPL-2.0
/*
 * A quick no to addresses that are not steered: what all other traffic pays.
 * Knows bits, not addresses' owners.
 */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "lib/bloom.h"

/* So one in 256 other addresses is looked up in vain, at most. */
#define BITS_PER_ADDRESS	32
#define ORDER_MIN		10
#define ORDER_MAX		25

/**
 * anycast6_bloom_alloc() - make a sieve that nothing passes
 * @addresses: for how many
 *
 * Context: process.
 * Return: a sieve for kvfree_rcu(), or NULL.
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
 * anycast6_bloom_room() - for how many addresses a sieve is good
 * @bloom: the sieve
 *
 * Context: any that keeps @bloom.
 */
unsigned int anycast6_bloom_room(const struct anycast6_bloom *bloom)
{
	unsigned int order = 64 - bloom->shift;

	return order == ORDER_MAX ? UINT_MAX :
				    (1U << order) / BITS_PER_ADDRESS;
}
