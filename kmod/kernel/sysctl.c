// SPDX-License-Identifier: GPL-2.0
/*
 * The limits of a namespace, and what else is set for all of its addresses, as
 * sysctls, net.anycast6.*. Knows how they are set, not who keeps to them.
 */
#include <linux/slab.h>
#include <linux/sysctl.h>

#include <anycast6_compat.h>

#include "kernel/sysctl.h"
#include "net.h"

/* So many at the top of the table are limits. */
#define LIMITS	4

/* ms; flows tell apart for how long they wait up to twice as long, see
 * steer/flow_step.c
 */
static const unsigned int most_grace = 120000;

/* anycast6_sysctl_init() relies on this order. */
static const struct ctl_table limits_table[] = {
	{
		.procname = "max_addresses",
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = proc_douintvec,
	},
	{
		.procname = "max_members",
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = proc_douintvec,
	},
	{
		.procname = "max_joins",
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = proc_douintvec,
	},
	{
		.procname = "max_flows",
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = proc_douintvec,
	},
	{
		.procname = "flow_grace",
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = proc_douintvec_minmax,
		.extra2 = (void *)&most_grace,
	},
	{
		.procname = "flow_reset",
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = proc_douintvec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
	{
		.procname = "asked_timeout",
		.maxlen = sizeof(u32),
		.mode = 0644,
		.proc_handler = proc_dointvec_ms_jiffies,
	},
	{
		.procname = "answered_timeout",
		.maxlen = sizeof(u32),
		.mode = 0644,
		.proc_handler = proc_dointvec_ms_jiffies,
	},
	{ }
};

/**
 * anycast6_sysctl_init() - make a namespace's sysctls
 * @an: the namespace
 *
 * Limits are read-only outside the initial user namespace: somebody who is root
 * only in another one must not lift what protects the machine.
 *
 * Context: process.
 * Return: 0 or %-ENOMEM.
 */
int anycast6_sysctl_init(struct anycast6_net *an)
{
	unsigned int n = ARRAY_SIZE(limits_table) - 1;
	struct ctl_table *table;
	unsigned int i;

	table = kmemdup(limits_table, sizeof(limits_table), GFP_KERNEL);
	if (!table)
		return -ENOMEM;

	table[0].data = &an->limits.addresses;
	table[1].data = &an->limits.members;
	table[2].data = &an->limits.joins;
	table[3].data = &an->limits.flows;
	table[LIMITS].data = &an->flow_grace;
	table[LIMITS + 1].data = &an->flow_reset;
	table[LIMITS + 2].data = &an->reply_times.asked;
	table[LIMITS + 3].data = &an->reply_times.answered;
	if (an->net->user_ns != &init_user_ns)
		for (i = 0; i < LIMITS; i++)
			table[i].mode = 0444;

	an->sysctls = anycast6_compat_register_sysctl(an->net, "net/anycast6",
						      table, n);
	if (!an->sysctls) {
		kfree(table);
		return -ENOMEM;
	}
	return 0;
}

/**
 * anycast6_sysctl_exit() - remove a namespace's sysctls
 * @an: the namespace
 *
 * Context: process.
 */
void anycast6_sysctl_exit(struct anycast6_net *an)
{
	const struct ctl_table *table = an->sysctls->ctl_table_arg;

	unregister_net_sysctl_table(an->sysctls);
	kfree(table);
}
