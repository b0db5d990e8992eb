// SPDX-License-Identifier: GPL-2.0
/*
 * What a namespace with local members has, and others have not: the hooks of
 * packets to it and of its answers. Knows them as a whole, not what they do.
 */
#include <linux/slab.h>

#include "group.h"
#include "host.h"
#include "input.h"
#include "net.h"
#include "output.h"
#include "peers.h"

static struct anycast6_host *host_of(struct anycast6_net *an)
{
	return rcu_dereference_protected(an->host, lockdep_is_held(&an->lock));
}

static bool has_locals(const struct anycast6_group *group)
{
	return group->locals;
}

static struct anycast6_host *create(struct anycast6_net *an)
{
	struct anycast6_host *host;
	int err = -ENOMEM;

	host = kzalloc(sizeof(*host), GFP_KERNEL_ACCOUNT);
	if (!host)
		return ERR_PTR(-ENOMEM);
	host->an = an;
	host->peers = anycast6_peers_alloc(&an->limits.flows);
	if (!host->peers)
		goto free_host;
	err = anycast6_screen_init(&host->screen, has_locals);
	if (err)
		goto free_peers;
	return host;

free_peers:
	anycast6_peers_free(host->peers);
free_host:
	kfree(host);
	return ERR_PTR(err);
}

static void destroy(struct anycast6_host *host)
{
	anycast6_screen_free(&host->screen);
	anycast6_peers_free(host->peers);
	kfree(host);
}

static int hook(struct anycast6_host *host)
{
	BUILD_BUG_ON(ARRAY_SIZE(host->hooks) !=
		     1 + ANYCAST6_OUTPUT_HOOKS);

	anycast6_input_hook(host, host->hooks);
	anycast6_output_hooks(host, host->hooks + 1);
	return nf_register_net_hooks(host->an->net, host->hooks,
				     ARRAY_SIZE(host->hooks));
}

/**
 * anycast6_host_get() - one more local member
 * @an: the namespace
 *
 * Context: process, under @an->lock.
 * Return: 0 or a negative errno.
 */
int anycast6_host_get(struct anycast6_net *an)
{
	struct anycast6_host *host = host_of(an);
	int err;

	if (host)
		goto found;

	host = create(an);
	if (IS_ERR(host))
		return PTR_ERR(host);
	err = hook(host);
	if (err) {
		destroy(host);
		return err;
	}
	rcu_assign_pointer(an->host, host);
found:
	host->users++;
	return 0;
}

/**
 * anycast6_host_put() - one local member less
 * @an: the namespace; the hooks go with the last one
 *
 * Context: process, under @an->lock.
 */
void anycast6_host_put(struct anycast6_net *an)
{
	struct anycast6_host *host = host_of(an);

	if (--host->users)
		return;
	RCU_INIT_POINTER(an->host, NULL);
	nf_unregister_net_hooks(an->net, host->hooks, ARRAY_SIZE(host->hooks));
	synchronize_rcu();
	destroy(host);
}

/**
 * anycast6_host_serve() - an address has a local member, its first
 * @an: the namespace
 * @group: the address
 *
 * Context: process, under @an->lock.
 */
void anycast6_host_serve(struct anycast6_net *an, struct anycast6_group *group)
{
	anycast6_screen_add(an, &host_of(an)->screen, group);
}

/**
 * anycast6_host_unserve() - an address has lost its last local member
 * @an: the namespace
 *
 * Context: process, under @an->lock.
 */
void anycast6_host_unserve(struct anycast6_net *an)
{
	anycast6_screen_remove(an, &host_of(an)->screen);
}

/**
 * anycast6_host_find() - find an address that has local members
 * @host: the namespace's
 * @addr: the address
 * @domain: as of struct anycast6_key
 *
 * Context: RCU.
 * Return: the address, or NULL.
 */
struct anycast6_group *anycast6_host_find(const struct anycast6_host *host,
					  const struct in6_addr *addr,
					  u32 domain)
{
	const struct anycast6_key key = { .addr = *addr, .domain = domain };
	struct anycast6_group *group;

	group = anycast6_group_find(host->an, &key);
	/* pairs with anycast6_group_serve() */
	return group && smp_load_acquire(&group->locals) ? group : NULL;
}
