// SPDX-License-Identifier: GPL-2.0
/*
 * Listens to what the kernel tells of devices, addresses, routes, nexthop objects,
 * rules and neighbours, and marks what must be looked at again. Keeps itself only what
 * can't be looked up later: lost joins, devices that went, odd rules. Decides
 * nothing, except that it refuses unicast addresses that are anycast ones here.
 */
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/fib_notifier.h>
#include <net/fib_rules.h>
#include <net/ip6_fib.h>
#include <net/ndisc.h>
#include <net/neighbour.h>
#include <net/netevent.h>
#include <net/nexthop.h>

#include <uapi/linux/anycast6.h>

#include "kernel/daemon_route.h"
#include "kernel/link.h"
#include "lib/addr.h"
#include "net.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/mark.h"
#include "reconcile/events.h"
#include "way/neighbour.h"
#include "way/nexthop.h"

/* How long next hops may lag behind routes, jiffies: where many routes change
 * at once, one reconciliation does for all.
 */
#define ROUTE_DELAY	max(1UL, (unsigned long)HZ / 100)

/* How long a daemon route that somebody deleted stays away, jiffies: "ip route
 * flush" goes on until the table is empty.
 */
#define DAEMON_ROUTE_DELAY	max(1UL, (unsigned long)HZ / 10)

/* unregister_netdevice_notifier() replays NETDEV_UNREGISTER for all devices. */
static bool unregistering;

/* Events also come before a namespace's init and after its exit. Under RCU. */
static struct anycast6_net *find_alive(const struct net *net)
{
	struct anycast6_net *an = anycast6_net(net);

	return an && !READ_ONCE(an->dead) ? an : NULL;
}

static struct anycast6_group *find_dev_group(struct anycast6_net *an,
					     const struct net_device *dev,
					     const struct in6_addr *addr)
{
	struct anycast6_key key = {
		.addr = *addr,
		.domain = anycast6_dev_domain(dev, addr),
	};

	return anycast6_group_find(an, &key);
}

static void mark_dev(struct anycast6_net *an, const struct net_device *dev)
{
	struct anycast6_link *link = anycast6_link_find(an, dev->ifindex);

	if (link)
		anycast6_mark_link(an, link);
}

/* The kernel drops all joins on a device when IPv6 leaves it for good, as with
 * an MTU below IPV6_MIN_MTU (addrconf_ifdown()).
 */
static bool joins_lost(unsigned long event, const struct net_device *dev)
{
	return event == NETDEV_UNREGISTER ||
	       (event == NETDEV_CHANGEMTU && !__in6_dev_get(dev));
}

/* The kernel repeats NETDEV_UNREGISTER while somebody holds the device. By then
 * another device may have its interface index.
 */
static bool is_gone(unsigned long event, const struct net_device *dev)
{
	return event == NETDEV_UNREGISTER &&
	       !dev_get_by_index_rcu(dev_net(dev), dev->ifindex);
}

/* Cached routes must let go of a device even in a namespace that is dead: it
 * may go before this module's state does.
 */
static void forget_dev(const struct net_device *dev)
{
	struct anycast6_net *an = anycast6_net(dev_net(dev));

	if (an)
		anycast6_nexthops_forget_dev(an, dev);
}

/* This must be a global notifier, registered after that of IPv6: notifiers of a
 * namespace are called earlier, when IPv6 has not changed yet.
 */
static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct anycast6_link *link = NULL;
	struct anycast6_net *an;

	if (READ_ONCE(unregistering))
		return NOTIFY_DONE;

	rcu_read_lock();
	an = find_alive(dev_net(dev));
	if (an)
		link = anycast6_link_find(an, dev->ifindex);
	if (link && joins_lost(event, dev))
		atomic_inc(&link->generation);
	if (link && is_gone(event, dev))
		set_bit(ANYCAST6_LINK_GONE, &link->flags);
	if (link)
		anycast6_mark_link(an, link);
	if (event == NETDEV_UNREGISTER)
		forget_dev(dev);
	if (an)
		anycast6_nexthops_mark(an, 0);
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static int netevent_event(struct notifier_block *nb, unsigned long event,
			  void *ptr)
{
	const struct neighbour *neighbour = ptr;
	struct anycast6_net *an;

	if (event != NETEVENT_NEIGH_UPDATE || neighbour->tbl != &nd_tbl)
		return NOTIFY_DONE;

	rcu_read_lock();
	an = find_alive(dev_net(neighbour->dev));
	if (an)
		anycast6_neighbour_changed(an, neighbour);
	rcu_read_unlock();
	return NOTIFY_DONE;
}

/* Entries that stood back for a unicast address may make their own now,
 * whatever device it was on. The kernel has unhashed the address before this
 * reads @yields; the partner is anycast6_entry_expand() in expand.c.
 */
static void mark_yielding(struct anycast6_net *an, const struct net_device *dev)
{
	u32 vrf = anycast6_dev_vrf(dev);
	struct anycast6_entry *entry;

	/* pairs with anycast6_entry_expand() (reconcile/expand.c) */
	smp_mb();
	list_for_each_entry_rcu(entry, &an->entries, node)
		if (READ_ONCE(entry->yields) &&
		    READ_ONCE(entry->link->vrf) == vrf)
			anycast6_mark_link(an, entry->link);
}

static int inet6addr_event(struct notifier_block *nb, unsigned long event,
			   void *ptr)
{
	const struct inet6_ifaddr *ifa = ptr;
	struct net_device *dev = ifa->idev->dev;
	struct anycast6_group *group;
	struct anycast6_net *an;

	rcu_read_lock();
	an = find_alive(dev_net(dev));
	if (an) {
		mark_dev(an, dev);
		group = find_dev_group(an, dev, &ifa->addr);
		if (group)
			anycast6_mark_group(an, group);
		if (event == NETDEV_DOWN)
			mark_yielding(an, dev);
	}
	rcu_read_unlock();
	return NOTIFY_DONE;
}

/* Refuses an anycast address of this node as a unicast one, above all reserved
 * ones (RFC 2526 section 2). The kernel asks only where it may sleep, so not
 * for addresses from router advertisements.
 */
static int inet6addr_validate(struct notifier_block *nb, unsigned long event,
			      void *ptr)
{
	struct in6_validator_info *info = ptr;
	struct net_device *dev = info->i6vi_dev->dev;
	struct anycast6_net *an;
	bool taken;

	if (event != NETDEV_UP)
		return NOTIFY_DONE;

	rcu_read_lock();
	an = find_alive(dev_net(dev));
	taken = an && find_dev_group(an, dev, &info->i6vi_addr);
	rcu_read_unlock();
	if (!taken)
		return NOTIFY_DONE;

	NL_SET_ERR_MSG(info->extack,
		       "anycast6: this is an anycast address of this node");
	return notifier_from_errno(-EADDRINUSE);
}

/* Whether a rule may route packets to one address differently. The default
 * rules and the kernel's l3mdev rule do not: the VRF is part of an address's
 * key.
 */
static bool is_odd(const struct fib_rule *rule)
{
	if (rule->l3mdev && rule->proto == RTPROT_KERNEL)
		return !fib_rule_matchall(rule);
	return !fib6_rule_default(rule);
}

static void rule_event(struct anycast6_net *an, unsigned long event,
		       const struct fib_notifier_info *info)
{
	const struct fib_rule_notifier_info *rule =
		container_of(info, struct fib_rule_notifier_info, info);

	if (is_odd(rule->rule))
		atomic_add(event == FIB_EVENT_RULE_ADD ? 1 : -1,
			   &an->odd_rules);
	rcu_read_lock();
	anycast6_nexthops_mark(an, ROUTE_DELAY);
	rcu_read_unlock();
}

/* Something changed while register_fib_notifier() read rules and routes: it
 * reads them all again.
 */
static void forget_rules(struct notifier_block *nb)
{
	struct anycast6_net *an = container_of(nb, struct anycast6_net, fib_nb);

	atomic_set(&an->odd_rules, 0);
}

/* Somebody deletes a daemon route, or puts another route in its place, or
 * deletes one that was in its way.
 */
static void daemon_route_event(struct anycast6_net *an, unsigned long event,
			       const struct fib6_info *rt)
{
	struct anycast6_daemon_route_key key;

	if (event == FIB_EVENT_ENTRY_APPEND ||
	    (event == FIB_EVENT_ENTRY_REPLACE &&
	     rt->fib6_protocol == ANYCAST6_ROUTE_PROTO))
		return;
	memset(&key, 0, sizeof(key));
	key.addr = rt->fib6_dst.addr;
	key.len = rt->fib6_dst.plen;
	key.table = rt->fib6_table->tb6_id;
	key.metric = rt->fib6_metric;
	/* only the first one queues the work, so that others can't delay it */
	if (anycast6_daemon_routes_lose(an, &key))
		anycast6_net_reconcile(an, DAEMON_ROUTE_DELAY);
}

/* A host route that goes may be one that delivers an address. The route to
 * ff00::/8 comes when IPv6 starts on a device, which has no event of its own.
 */
static void route_event(struct anycast6_net *an, unsigned long event,
			const struct fib_notifier_info *info)
{
	const struct fib6_entry_notifier_info *fen;
	const struct net_device *dev;
	struct anycast6_prefix prefix;
	struct anycast6_group *group;
	const struct rt6key *dst;

	fen = container_of(info, struct fib6_entry_notifier_info, info);
	dst = &fen->rt->fib6_dst;
	rcu_read_lock();
	/* the kernel tells of a new route before it can be looked up */
	anycast6_prefix_set(&prefix, &dst->addr, dst->plen);
	anycast6_nexthops_mark_under(an, &prefix, ROUTE_DELAY);
	daemon_route_event(an, event, fen->rt);
	if ((dst->plen != 128 && dst->plen != 8) ||
	    fen->rt->fib6_protocol == ANYCAST6_ROUTE_PROTO) {
		rcu_read_unlock();
		return;
	}
	dev = fib6_info_nh_dev(fen->rt);
	if (!dev) {
		rcu_read_unlock();
		return;
	}
	if (event != FIB_EVENT_ENTRY_APPEND && dst->plen == 128) {
		group = find_dev_group(an, dev, &dst->addr);
		if (group) {
			/* The FIB tells only of a deleted route's successor,
			 * and nothing of one behind another: ours may be gone.
			 */
			set_bit(ANYCAST6_GROUP_OUTDONE, &group->flags);
			anycast6_mark_group(an, group);
		}
	} else if (dst->plen == 8 && ipv6_addr_is_multicast(&dst->addr)) {
		mark_dev(an, dev);
	}
	rcu_read_unlock();
}

static int fib_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct anycast6_net *an = container_of(nb, struct anycast6_net, fib_nb);
	const struct fib_notifier_info *info = ptr;

	if (info->family != AF_INET6)
		return NOTIFY_DONE;
	switch (event) {
	case FIB_EVENT_RULE_ADD:
	case FIB_EVENT_RULE_DEL:
		rule_event(an, event, info);
		break;
	case FIB_EVENT_ENTRY_DEL:
	case FIB_EVENT_ENTRY_REPLACE:
	case FIB_EVENT_ENTRY_APPEND:
		route_event(an, event, info);
		break;
	}
	return NOTIFY_DONE;
}

/* Routes by nexthop objects stay when these are replaced, or leave a group. The
 * kernel mostly tells before that is done.
 */
static int nexthop_event(struct notifier_block *nb, unsigned long event,
			 void *ptr)
{
	struct anycast6_net *an = container_of(nb, struct anycast6_net,
					       nexthop_nb);

	if (event != NEXTHOP_EVENT_REPLACE && event != NEXTHOP_EVENT_DEL &&
	    event != NEXTHOP_EVENT_RES_TABLE_PRE_REPLACE)
		return NOTIFY_DONE;
	rcu_read_lock();
	anycast6_nexthops_mark_undone(an, ROUTE_DELAY);
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static int start_listening(struct anycast6_net *an)
{
	int err;

	an->fib_nb.notifier_call = fib_event;
	an->nexthop_nb.notifier_call = nexthop_event;
	err = register_fib_notifier(an->net, &an->fib_nb, forget_rules, NULL);
	if (err)
		return err;
	err = register_nexthop_notifier(an->net, &an->nexthop_nb, NULL);
	if (err)
		unregister_fib_notifier(an->net, &an->fib_nb);
	return err;
}

static void stop_listening(struct anycast6_net *an)
{
	unregister_nexthop_notifier(an->net, &an->nexthop_nb);
	unregister_fib_notifier(an->net, &an->fib_nb);
}

/**
 * anycast6_events_listen() - follow routes and rules while there are addresses
 * @an: the namespace
 *
 * Packets are delivered even if this fails; anycast6_reconcile() tries again.
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0 or a negative errno: %-EBUSY if routes changed during each of the
 * attempts to read them.
 */
int anycast6_events_listen(struct anycast6_net *an)
{
	bool wanted = an->used.addresses;
	int err = 0;

	lockdep_assert_held(&an->lock);

	if (an->listening == wanted)
		return 0;
	atomic_set(&an->odd_rules, 0);
	if (wanted)
		err = start_listening(an);
	else
		stop_listening(an);
	an->listening = wanted && !err;
	/* without events, any rule may be odd: packets ask all of them */
	if (!an->listening)
		atomic_set(&an->odd_rules, 1);
	return err;
}

static struct notifier_block netdev_nb = {
	.notifier_call = netdev_event,
};

static struct notifier_block netevent_nb = {
	.notifier_call = netevent_event,
};

static struct notifier_block inet6addr_nb = {
	.notifier_call = inet6addr_event,
};

static struct notifier_block validator_nb = {
	.notifier_call = inet6addr_validate,
};

/**
 * anycast6_events_register() - follow devices, neighbours and addresses of all
 * namespaces
 *
 * Context: process; takes RTNL.
 * Return: 0 or a negative errno.
 */
int __init anycast6_events_register(void)
{
	int err;

	err = register_netdevice_notifier(&netdev_nb);
	if (err)
		return err;
	err = register_netevent_notifier(&netevent_nb);
	if (err)
		goto unregister_netdev;
	err = register_inet6addr_notifier(&inet6addr_nb);
	if (err)
		goto unregister_netevent;
	err = register_inet6addr_validator_notifier(&validator_nb);
	if (err)
		goto unregister_inet6addr;
	return 0;

unregister_inet6addr:
	unregister_inet6addr_notifier(&inet6addr_nb);
unregister_netevent:
	unregister_netevent_notifier(&netevent_nb);
unregister_netdev:
	WRITE_ONCE(unregistering, true);
	unregister_netdevice_notifier(&netdev_nb);
	return err;
}

/**
 * anycast6_events_unregister() - undo anycast6_events_register()
 *
 * Context: process; takes RTNL.
 */
void anycast6_events_unregister(void)
{
	WRITE_ONCE(unregistering, true);
	unregister_inet6addr_validator_notifier(&validator_nb);
	unregister_inet6addr_notifier(&inet6addr_nb);
	unregister_netevent_notifier(&netevent_nb);
	unregister_netdevice_notifier(&netdev_nb);
}
