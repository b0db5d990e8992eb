/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hash that nobody outside can make collide, cheap enough for each packet.
 * Knows 32-bit words, not what they mean.
 */
#ifndef ANYCAST6_HASH_H
#define ANYCAST6_HASH_H

#include <linux/hash.h>
#include <linux/types.h>

/* the most words that are hashed */
#define ANYCAST6_HASH_WORDS	12

/**
 * struct anycast6_hash_secret - what a hash is made with
 * @words: random; each namespace has its own, so who sees which flows collide in
 *         one learns nothing of another
 */
struct anycast6_hash_secret {
	u32 words[ANYCAST6_HASH_WORDS];
};

/* For tables whose hash function is told no more than a seed, which each table
 * draws for itself; constant after anycast6_hash_keep_secret().
 */
extern struct anycast6_hash_secret anycast6_hash_common;

void anycast6_hash_draw_secret(struct anycast6_hash_secret *secret);
void anycast6_hash_keep_secret(void);

/**
 * anycast6_hash_pair() - hash two words, as a part of a longer hash
 * @secret: of the table
 * @a: the first word
 * @b: the second word
 * @place: how many words come before @a; constant, even, and below
 *         %ANYCAST6_HASH_WORDS
 *
 * Inline, so that a whole key becomes a few multiplications.
 *
 * Context: any.
 * Return: a summand: the sum of all pairs is for anycast6_hash_end().
 */
static __always_inline u64
anycast6_hash_pair(const struct anycast6_hash_secret *secret, u32 a, u32 b,
		   unsigned int place)
{
	const u32 *words = secret->words + place;

	return (u64)(u32)(a + words[0]) * (u32)(b + words[1]);
}

/**
 * anycast6_hash_end() - make a hash of the sum of its pairs, as NH does
 * (RFC 4418 section 5.2)
 * @sum: sum of what anycast6_hash_pair() returned
 *
 * Addresses or ports in a row have sums in a row, and so have their products. With
 * a secret that suits it badly such a row fills few of a table's buckets, so its
 * upper half is mixed in.
 *
 * Context: any.
 * Return: a hash. Its upper bits are the better ones.
 */
static __always_inline u64 anycast6_hash_end(u64 sum)
{
	return (sum ^ sum >> 32) * GOLDEN_RATIO_64;
}

#endif
