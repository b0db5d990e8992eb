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
 * anycast6_hash_pair() - the part that two words have in a hash
 * @a: the first one
 * @b: the second one
 * @place: how many words come before them, constant
 *
 * Context: any.
 * Return: what is added to that of the others, for anycast6_hash_end().
 */
static __always_inline u64 anycast6_hash_pair(u32 a, u32 b, unsigned int place)
{
	const u32 *secret = anycast6_hash_secret + place;

	return (u64)(u32)(a + secret[0]) * (u32)(b + secret[1]);
}

/**
 * anycast6_hash_end() - make a hash of the sum of its parts, as NH does
 * (RFC 4418 section 5.2)
 * @sum: of anycast6_hash_pair()
 *
 * Context: any.
 * Return: a hash, the better bits of it first.
 */
static __always_inline u64 anycast6_hash_end(u64 sum)
{
	return sum * GOLDEN_RATIO_64;
}

#endif
