// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that come by a bridge while br_netfilter is loaded: they pass the hooks
 * of PRE_ROUTING in the bridge, where they can't get a route, and not again when
 * they come up from it. Knows how they are met, not how they are steered.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv6.h>
#include <net/l3mdev.h>

#include "net.h"
#include "steer/bridge.h"
#include "steer/router.h"
#include "steer/steer.h"

static bool came_by_bridge(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	return nf_bridge_info_exists(skb);
#else
	return false;
#endif
}

/* A packet that comes up from a bridge has passed the filters in it. One to a VRF
 * passes them once more there, and is steered after that, as any other.
 */
static unsigned int pre_routing_bridged(void *priv, struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	if (likely(!came_by_bridge(skb)) || netif_is_l3_master(skb->dev) ||
	    !anycast6_router_passes(priv, skb))
		return NF_ACCEPT;
	return anycast6_steer_input(priv, skb, state->net);
}

/* Before the hook by which br_netfilter makes packets pass all others by
 * (ip_sabotage_in() in net/bridge/br_netfilter_hooks.c): of two with one
 * priority, that which is registered later is called first.
 */
static const struct nf_hook_ops bridged_hook = {
	.hook = pre_routing_bridged,
	.pf = NFPROTO_IPV6,
	.hooknum = NF_INET_PRE_ROUTING,
	.priority = NF_IP6_PRI_FIRST,
};

/* Returns whether anybody looks at packets in the bridges of a namespace:
 * br_netfilter does, as soon as there is a bridge.
 */
static bool has_bridge_hooks(const struct net *net)
{
#ifdef CONFIG_NETFILTER_FAMILY_BRIDGE
	return rcu_access_pointer(net->nf.hooks_bridge[NF_BR_PRE_ROUTING]);
#else
	return false;
#endif
}

/**
 * anycast6_bridge_note() - a packet has been seen that needs the hook
 * @router: the namespace's, whose upkeep may not have noticed yet
 *
 * Context: any, under RCU: see end_upkeep() in steer/hooks.c.
 */
void anycast6_bridge_note(struct anycast6_router *router)
{
	if (!test_bit(ANYCAST6_ROUTER_BRIDGED, &router->flags) &&
	    !test_bit(ANYCAST6_ROUTER_STOPPED, &router->flags) &&
	    !test_and_set_bit(ANYCAST6_ROUTER_BRIDGED, &router->flags))
		mod_delayed_work(anycast6_wq, &router->upkeep, 0);
}

static int register_bridged(struct anycast6_router *router)
{
	router->bridged = bridged_hook;
	router->bridged.priv = router;
	return nf_register_net_hook(router->an->net, &router->bridged);
}

/* Forgets what was noted as well. */
static void end_bridged(struct anycast6_router *router)
{
	if (router->bridged.hook)
		nf_unregister_net_hook(router->an->net, &router->bridged);
	router->bridged.hook = NULL;
	router->bridged_last = false;
	clear_bit(ANYCAST6_ROUTER_BRIDGED, &router->flags);
}

/**
 * anycast6_bridge_follow() - register the hook if it is needed
 * @router: the namespace's
 *
 * All packets pay for a hook, and most routers never need this one. Before a packet
 * was noted, whoever looks at packets in bridges may be another than br_netfilter:
 * its hook may have come later, so this one is registered once more then.
 *
 * Context: process; the upkeep of @router, or who has not begun that yet.
 */
void anycast6_bridge_follow(struct anycast6_router *router)
{
	bool noted = test_bit(ANYCAST6_ROUTER_BRIDGED, &router->flags);

	if (!has_bridge_hooks(router->an->net)) {
		end_bridged(router);
		return;
	}
	if (router->bridged.hook && (router->bridged_last || !noted))
		return;
	end_bridged(router);
	if (register_bridged(router)) {
		/* the next packet asks again */
		router->bridged.hook = NULL;
		return;
	}
	router->bridged_last = noted;
	if (noted)
		set_bit(ANYCAST6_ROUTER_BRIDGED, &router->flags);
}

/**
 * anycast6_bridge_unhook() - unregister the hook if it is registered
 * @router: the namespace's, whose upkeep has ended
 *
 * Context: process; waits until no packet uses the hook.
 */
void anycast6_bridge_unhook(struct anycast6_router *router)
{
	bool registered = router->bridged.hook;

	end_bridged(router);
	if (registered)
		synchronize_rcu();
}
