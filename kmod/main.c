// SPDX-License-Identifier: GPL-2.0
/*
 * The module: what is registered, and in which order.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include <uapi/linux/anycast6.h>

#include "kernel/own.h"
#include "lib/hash.h"
#include "message/netlink_gen.h"
#include "namespace.h"
#include "reconcile/events.h"

static int __init anycast6_init(void)
{
	int err;

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

/* First nobody asks for anything any more, then nothing happens any more, then
 * every namespace becomes as it was.
 */
static void __exit anycast6_exit(void)
{
	genl_unregister_family(&anycast6_nl_family);
	anycast6_events_unregister();
	anycast6_namespace_unregister();
	anycast6_own_unregister();
	rcu_barrier();
}

module_init(anycast6_init);
module_exit(anycast6_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("IPv6 anycast addressing (RFC 4291, RFC 2526)");
MODULE_ALIAS_GENL_FAMILY(ANYCAST6_FAMILY_NAME);
