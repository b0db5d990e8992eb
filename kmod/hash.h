/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hash that nobody outside can make collide, cheap enough for each packet.
 * Knows words.
 */
#ifndef ANYCAST6_HASH_H
#define ANYCAST6_HASH_H

#include <linux/hash.h>
#include <linux/types.h>

/* the most that is hashed */
#define ANYCAST6_HASH_WORDS	12

/* Random, of all tables. */
extern u32 anycast6_hash_secret[ANYCAST6_HASH_WORDS];

void anycast6_hash_keep_secret(void);

/**
 * anycast6_hash() - hash words, as NH does (RFC 4418 section 5.2)
 * @words: an even number of them
 * @count: how many, constant where speed matters
 *
 * Context: any.
 * Return: a hash, the better bits of it first.
 */
static inline u64 anycast6_hash(const u32 *words, unsigned int count)
{
	const u32 *secret = anycast6_hash_secret;
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < count; i += 2)
		sum += (u64)(u32)(words[i] + secret[i]) *
		       (u32)(words[i + 1] + secret[i + 1]);
	return sum * GOLDEN_RATIO_64;
}

#endif
