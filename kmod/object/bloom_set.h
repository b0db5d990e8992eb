/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A sieve that follows addresses as they come and go.
 * Knows which addresses are meant, not what passes it.
 */
#ifndef ANYCAST6_BLOOM_SET_H
#define ANYCAST6_BLOOM_SET_H

#include <linux/types.h>

struct anycast6_group;
struct anycast6_net;
struct anycast6_sieve;

/**
 * struct anycast6_screen - a sieve of some of a namespace's addresses
 * @sieve: the addresses; RCU, writers under an->lock
 * @meant: whether an address is to be in it; constant
 * @addresses: how many are in it; an->lock
 * @stale: how many more were; an->lock
 */
struct anycast6_screen {
	struct anycast6_sieve __rcu *sieve;
	bool (*meant)(const struct anycast6_group *group);
	unsigned int addresses;
	unsigned int stale;
};

int anycast6_screen_init(struct anycast6_screen *screen,
			 bool (*meant)(const struct anycast6_group *group));
void anycast6_screen_free(struct anycast6_screen *screen);
void anycast6_screen_add(struct anycast6_net *an,
			 struct anycast6_screen *screen,
			 const struct anycast6_group *group);
void anycast6_screen_remove(struct anycast6_net *an,
			    struct anycast6_screen *screen);

#endif
