// SPDX-License-Identifier: GPL-2.0
/*
 * A hash that nobody outside can make collide, cheap enough for each packet.
 * Knows 32-bit words, not what they mean.
 */
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/random.h>

#include "lib/hash.h"

u32 anycast6_hash_secret[ANYCAST6_HASH_WORDS] __read_mostly;

/**
 * anycast6_hash_keep_secret() - draw the secret of all hashes
 *
 * Context: process, once, before anything is hashed.
 */
void __init anycast6_hash_keep_secret(void)
{
	get_random_bytes(anycast6_hash_secret, sizeof(anycast6_hash_secret));
}
