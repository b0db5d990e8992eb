// SPDX-License-Identifier: GPL-2.0
/*
 * Does on purpose what the harness must notice: insmod anycast6_splat.ko how=warn|leak|rcu.
 */

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

static char *how = "";
module_param(how, charp, 0);
MODULE_PARM_DESC(how, "warn, leak or rcu");

static int __rcu *guarded;

static int __init splat_init(void)
{
	if (!strcmp(how, "warn"))
		WARN(1, "anycast6_splat: on purpose\n");
	if (!strcmp(how, "leak"))
		pr_info("anycast6_splat: lost %p\n", kmalloc(1234, GFP_KERNEL));
	if (!strcmp(how, "rcu"))
		return rcu_dereference(guarded) ? -EBUSY : 0;
	return 0;
}

static void __exit splat_exit(void)
{
}

module_init(splat_init);
module_exit(splat_exit);

MODULE_DESCRIPTION("Reports on purpose, for the tests of the test harness");
MODULE_LICENSE("GPL");
