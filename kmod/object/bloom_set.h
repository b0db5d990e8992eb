/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A Bloom filter of some of a namespace's addresses, kept as they come and go.
 * Knows which addresses belong in it, not which packets are tested.
 */
#ifndef ANYCAST6_BLOOM_SET_H
#define ANYCAST6_BLOOM_SET_H

#include <linux/types.h>

struct anycast6_group;
struct anycast6_net;
struct anycast6_bloom;

/**
 * struct anycast6_bloom_set - a Bloom filter of some of a namespace's addresses
 * @bloom: the filter; RCU, writers under an->lock
 * @meant: whether an address belongs in it; constant
 * @addresses: how many belong in it; an->lock
 * @stale: how many left, whose bits are still set; an->lock
 */
struct anycast6_bloom_set {
	struct anycast6_bloom __rcu *bloom;
	bool (*meant)(const struct anycast6_group *group);
	unsigned int addresses;
	unsigned int stale;
};

int anycast6_bloom_set_init(struct anycast6_bloom_set *set,
			    bool (*meant)(const struct anycast6_group *group));
void anycast6_bloom_set_free(struct anycast6_bloom_set *set);
void anycast6_bloom_set_add(struct anycast6_net *an,
			    struct anycast6_bloom_set *set,
			    const struct anycast6_group *group);
void anycast6_bloom_set_remove(struct anycast6_net *an,
			       struct anycast6_bloom_set *set);

#endif
