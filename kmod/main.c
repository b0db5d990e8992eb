// SPDX-License-Identifier: GPL-2.0
/*
 * The module: what is registered when it is loaded, and in which order.
 * Knows no namespace, and not what the registered parts do.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include <uapi/linux/anycast6.h>

#include "kernel/own.h"
#include "lib/hash.h"
#include "message/flow_notify.h"
#include "message/netlink_gen.h"
#include "namespace.h"
#include "reconcile/events.h"

static int __init anycast6_init(void)
{
	int err;

	/* no packet may be hashed before */
	anycast6_hash_keep_secret();
	err = anycast6_own_register();
	if (err)
		return err;
	err = anycast6_namespace_register();
	if (err)
		goto unregister_device;
	err = anycast6_events_register();
	if (err)
		goto unregister_net;
	anycast6_flow_notify_restrict();
	err = genl_register_family(&anycast6_nl_family);
	if (err)
		goto unregister_events;
	return 0;

unregister_events:
	anycast6_events_unregister();
unregister_net:
	anycast6_namespace_unregister();
unregister_device:
	anycast6_own_unregister();
	return err;
}

/* In reverse order: first no request comes any more, then no event; only then
 * every namespace is torn down, which removes the last device of the kind.
 */
static void __exit anycast6_exit(void)
{
	genl_unregister_family(&anycast6_nl_family);
	anycast6_events_unregister();
	anycast6_namespace_unregister();
	anycast6_own_unregister();
	/* callbacks of call_rcu() are code of this module, and that of a next
	 * hop may queue that of a path
	 */
	rcu_barrier();
	rcu_barrier();
	/* a packet may just be leaving by what was the output of its route */
	synchronize_rcu();
}

module_init(anycast6_init);
module_exit(anycast6_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("IPv6 anycast addressing (RFC 4291, RFC 2526)");
MODULE_ALIAS_GENL_FAMILY(ANYCAST6_FAMILY_NAME);
