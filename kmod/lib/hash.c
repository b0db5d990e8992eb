// SPDX-License-Identifier: GPL-2.0
/*
 * A hash that nobody outside can make collide, cheap enough for each packet.
 * Knows 32-bit words, not what they mean.
 */
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/random.h>

#include "lib/hash.h"

struct anycast6_hash_secret anycast6_hash_common __read_mostly;

/**
 * anycast6_hash_draw_secret() - draw a secret
 * @secret: result
 *
 * Context: any.
 */
void anycast6_hash_draw_secret(struct anycast6_hash_secret *secret)
{
	get_random_bytes(secret, sizeof(*secret));
}

/**
 * anycast6_hash_keep_secret() - draw the secret that tables with seeds share
 *
 * Context: process, once, before anything is hashed.
 */
void __init anycast6_hash_keep_secret(void)
{
	anycast6_hash_draw_secret(&anycast6_hash_common);
}
