// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks for packets to this node and for its answers, and the state that
 * they need. Knows when these come and go, not what a hook does.
 */
#include <linux/slab.h>

#include "deliver/hooks.h"
#include "deliver/host.h"
#include "deliver/input.h"
#include "deliver/output.h"
#include "deliver/peers.h"
#include "net.h"
#include "object/group.h"

static bool has_locals(const struct anycast6_group *group)
{
	return group->locals;
}

static struct anycast6_host *create_host(struct anycast6_net *an)
{
	struct anycast6_host *host;
	int err = -ENOMEM;

	host = kzalloc(sizeof(*host), GFP_KERNEL_ACCOUNT);
	if (!host)
		return ERR_PTR(-ENOMEM);
	host->an = an;
	host->peers = anycast6_peers_alloc(&an->limits.flows, &an->reply_times);
	if (!host->peers)
		goto free_host;
	err = anycast6_bloom_set_init(&host->addresses, has_locals);
	if (err)
		goto free_peers;
	return host;

free_peers:
	anycast6_peers_free(host->peers);
free_host:
	kfree(host);
	return ERR_PTR(err);
}

static void destroy_host(struct anycast6_host *host)
{
	anycast6_bloom_set_free(&host->addresses);
	anycast6_peers_free(host->peers);
	kfree(host);
}

static int hook_host(struct anycast6_host *host)
{
	BUILD_BUG_ON(ARRAY_SIZE(host->hooks) !=
		     1 + ANYCAST6_OUTPUT_HOOKS);

	anycast6_input_hook(host, host->hooks);
	anycast6_output_hooks(host, host->hooks + 1);
	return nf_register_net_hooks(host->an->net, host->hooks,
				     ARRAY_SIZE(host->hooks));
}

/**
 * anycast6_host_get() - count one more local member
 * @an: the namespace; the first member makes its host and hooks
 *
 * Context: process, under @an->lock.
 * Return: 0 or a negative errno.
 */
int anycast6_host_get(struct anycast6_net *an)
{
	struct anycast6_host *host = anycast6_host(an);
	int err;

	if (host)
		goto found;

	host = create_host(an);
	if (IS_ERR(host))
		return PTR_ERR(host);
	err = hook_host(host);
	if (err) {
		destroy_host(host);
		return err;
	}
	rcu_assign_pointer(an->host, host);
found:
	host->users++;
	return 0;
}

/**
 * anycast6_host_put() - count one local member less
 * @an: the namespace; the last member takes its host and hooks along
 *
 * Context: process, under @an->lock; waits for a grace period.
 */
void anycast6_host_put(struct anycast6_net *an)
{
	struct anycast6_host *host = anycast6_host(an);

	if (--host->users)
		return;
	RCU_INIT_POINTER(an->host, NULL);
	nf_unregister_net_hooks(an->net, host->hooks, ARRAY_SIZE(host->hooks));
	synchronize_rcu();
	destroy_host(host);
}
