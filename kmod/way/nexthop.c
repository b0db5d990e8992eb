// SPDX-License-Identifier: GPL-2.0
/*
 * Next hops: where packets of remote members go, shared by all members that use
 * it, with what is known of the way there: routes, carriers, neighbours.
 * Knows its members as a list only, and nothing of anycast addresses.
 */
#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "lib/addr.h"
#include "net.h"
#include "way/leads.h"
#include "way/nexthop.h"
#include "way/outlook.h"
#include "way/path.h"

/* So many next hops under a prefix are marked one by one. If there are more, all
 * of the namespace's are: whoever changes a route must not wait for long.
 */
#define MARKS_MAX	64

/* After so long a next hop is looked at to which a packet has found a new neighbour,
 * jiffies: where routes to many change at once, one reconciliation does for all.
 */
#define NEW_DELAY	max(1UL, (unsigned long)HZ / 100)

/* After so long a next hop is looked at again whose routes could not be held, jiffies. */
#define AGAIN_DELAY	max(1UL, (unsigned long)HZ / 10)

static const struct rhashtable_params nexthop_params = {
	.head_offset = offsetof(struct anycast6_nexthop, node),
	.key_offset = offsetof(struct anycast6_nexthop, slot.target),
	.key_len = sizeof(struct anycast6_target),
	.automatic_shrinking = true,
};

/**
 * anycast6_nexthops() - the next hops of a namespace
 * @an: the namespace
 *
 * Context: process, under @an->lock.
 * Return: the next hops, or NULL in a namespace without remote members.
 */
struct anycast6_nexthops *anycast6_nexthops(struct anycast6_net *an)
{
	return rcu_dereference_protected(an->nexthops,
					 lockdep_is_held(&an->lock));
}

/**
 * anycast6_nexthops_create() - make the table of next hops, empty
 * @an: the namespace, which has no remote members yet
 *
 * Context: process, under @an->lock.
 * Return: 0, %-ENOMEM, or what rhashtable_init() returns.
 */
int anycast6_nexthops_create(struct anycast6_net *an)
{
	struct anycast6_nexthops *nexthops;
	int err;

	lockdep_assert_held(&an->lock);

	nexthops = kvzalloc(sizeof(*nexthops), GFP_KERNEL_ACCOUNT);
	if (!nexthops)
		return -ENOMEM;
	INIT_LIST_HEAD(&nexthops->list);
	spin_lock_init(&nexthops->address_lock);
	nexthops->addresses = RB_ROOT;
	spin_lock_init(&nexthops->neighbour_lock);
	hash_init(nexthops->neighbours);
	err = rhashtable_init(&nexthops->table, &nexthop_params);
	if (err) {
		kvfree(nexthops);
		return err;
	}
	rcu_assign_pointer(an->nexthops, nexthops);
	return 0;
}

/**
 * anycast6_nexthops_destroy() - free the table of next hops
 * @an: the namespace, whose last next hop is gone
 *
 * Context: process, under @an->lock.
 */
void anycast6_nexthops_destroy(struct anycast6_net *an)
{
	struct anycast6_nexthops *nexthops = anycast6_nexthops(an);

	RCU_INIT_POINTER(an->nexthops, NULL);
	/* readers under RCU use the list, never the table */
	rhashtable_destroy(&nexthops->table);
	kvfree_rcu(nexthops, rcu);
}

static bool is_address_before(struct rb_node *a, const struct rb_node *b)
{
	const struct anycast6_nexthop *first, *second;

	first = rb_entry(a, struct anycast6_nexthop, by_address);
	second = rb_entry(b, struct anycast6_nexthop, by_address);
	return ipv6_addr_cmp(&first->slot.target.addr,
			     &second->slot.target.addr) < 0;
}

static void list_nexthop(struct anycast6_nexthops *nexthops,
			 struct anycast6_nexthop *nexthop)
{
	list_add_tail_rcu(&nexthop->list, &nexthops->list);
	spin_lock_bh(&nexthops->address_lock);
	rb_add(&nexthop->by_address, &nexthops->addresses, is_address_before);
	spin_unlock_bh(&nexthops->address_lock);
}

static void unlist_nexthop(struct anycast6_nexthops *nexthops,
			   struct anycast6_nexthop *nexthop)
{
	spin_lock_bh(&nexthops->address_lock);
	rb_erase(&nexthop->by_address, &nexthops->addresses);
	spin_unlock_bh(&nexthops->address_lock);
	list_del_rcu(&nexthop->list);
}

/**
 * anycast6_nexthop_get() - find or make a next hop
 * @an: the namespace, with its table of next hops
 * @target: its address, device and VRF
 *
 * Context: process, under @an->lock.
 * Return: the next hop, for anycast6_nexthop_put(), or an ERR_PTR(): %-ENOMEM,
 * or what rhashtable_insert_fast() returns.
 */
struct anycast6_nexthop *
anycast6_nexthop_get(struct anycast6_net *an,
		     const struct anycast6_target *target)
{
	struct anycast6_nexthops *nexthops = anycast6_nexthops(an);
	struct anycast6_nexthop *nexthop;
	int err;

	nexthop = rhashtable_lookup_fast(&nexthops->table, target,
					 nexthop_params);
	if (nexthop)
		return nexthop;

	nexthop = kzalloc(sizeof(*nexthop), GFP_KERNEL_ACCOUNT);
	if (!nexthop)
		return ERR_PTR(-ENOMEM);
	nexthop->slot.target = *target;
	INIT_LIST_HEAD(&nexthop->slot.neighbours);
	INIT_LIST_HEAD(&nexthop->members);
	err = rhashtable_insert_fast(&nexthops->table, &nexthop->node,
				     nexthop_params);
	if (err) {
		kfree(nexthop);
		return ERR_PTR(err);
	}
	/* routes that change from here on mark it */
	list_nexthop(nexthops, nexthop);
	anycast6_nexthop_refresh(an, nexthop);
	return nexthop;
}

static void free_nexthop_rcu(struct rcu_head *head)
{
	struct anycast6_nexthop *nexthop =
		container_of(head, struct anycast6_nexthop, rcu);

	/* readers may have cached a route after anycast6_nexthop_put() */
	anycast6_path_drop(&nexthop->slot);
	kfree(nexthop);
}

/**
 * anycast6_nexthop_put() - remove a next hop if no member uses it
 * @an: the namespace
 * @nexthop: the next hop, from whose @members the caller has taken its member
 *
 * Context: process, under @an->lock.
 */
void anycast6_nexthop_put(struct anycast6_net *an,
			  struct anycast6_nexthop *nexthop)
{
	struct anycast6_nexthops *nexthops = anycast6_nexthops(an);

	if (!list_empty(&nexthop->members))
		return;
	anycast6_leads_forget(nexthops, nexthop);
	rhashtable_remove_fast(&nexthops->table, &nexthop->node,
			       nexthop_params);
	unlist_nexthop(nexthops, nexthop);
	anycast6_path_drop(&nexthop->slot);
	call_rcu(&nexthop->rcu, free_nexthop_rcu);
}

/**
 * anycast6_nexthops_mark_some() - look at those next hops again that are marked
 * @an: the namespace
 * @nexthops: its next hops, some of which have %ANYCAST6_NEXTHOP_DIRTY
 * @delay: how long that may take, jiffies
 *
 * Context: any that keeps @nexthops.
 */
void anycast6_nexthops_mark_some(struct anycast6_net *an,
				 struct anycast6_nexthops *nexthops,
				 unsigned long delay)
{
	/* pairs with test_and_clear_bit() in reconcile_nexthops() */
	smp_mb__before_atomic();
	set_bit(ANYCAST6_NEXTHOPS_SOME, &nexthops->dirty);
	anycast6_net_reconcile(an, delay);
}

/**
 * anycast6_nexthop_mark_new() - look at a next hop again, as a packet has found a way
 * there by a neighbour that nobody watches
 * @net: the namespace
 * @slot: the next hop's
 *
 * Context: any, under RCU.
 */
void anycast6_nexthop_mark_new(struct net *net, struct anycast6_slot *slot)
{
	struct anycast6_nexthop *nexthop =
		container_of(slot, struct anycast6_nexthop, slot);
	struct anycast6_net *an = anycast6_net(net);
	struct anycast6_nexthops *nexthops = rcu_dereference(an->nexthops);

	if (!nexthops)
		return;
	set_bit(ANYCAST6_NEXTHOP_DIRTY, &nexthop->flags);
	anycast6_nexthops_mark_some(an, nexthops, NEW_DELAY);
}

/**
 * anycast6_nexthop_refresh() - find the routes and neighbours of a next hop again
 * @an: the namespace
 * @nexthop: the next hop
 *
 * Context: process, under @an->lock.
 * Return: bits of enum anycast6_nexthop_change.
 */
unsigned int anycast6_nexthop_refresh(struct anycast6_net *an,
				      struct anycast6_nexthop *nexthop)
{
	struct anycast6_outlook outlook;
	unsigned int changed;

	lockdep_assert_held(&an->lock);

	if (!anycast6_outlook_take(an, nexthop, &outlook)) {
		set_bit(ANYCAST6_NEXTHOP_DIRTY, &nexthop->flags);
		anycast6_nexthops_mark_some(an, anycast6_nexthops(an),
					    AGAIN_DELAY);
		return 0;
	}
	changed = anycast6_outlook_compare(&outlook, nexthop);
	if (nexthop->distance != outlook.distance ||
	    changed & ANYCAST6_NEXTHOP_LEGS)
		anycast6_net_changed(an);
	nexthop->mtu = outlook.mtu;
	WRITE_ONCE(nexthop->legs, outlook.legs);
	WRITE_ONCE(nexthop->living, outlook.living);
	WRITE_ONCE(nexthop->direct, outlook.direct);
	WRITE_ONCE(nexthop->reason, outlook.reason);
	WRITE_ONCE(nexthop->distance, outlook.distance);
	return changed;
}

/**
 * anycast6_nexthop_is_on() - whether a next hop is a neighbour on a link alone
 * @nexthop: the next hop
 * @ifindex: interface index of the link
 *
 * Context: process, under an->lock.
 * Return: false also if the next hop is behind a gateway on that link, or on another
 * link, too.
 */
bool anycast6_nexthop_is_on(const struct anycast6_nexthop *nexthop, u32 ifindex)
{
	return nexthop->direct && anycast6_leads_link(nexthop) == ifindex;
}

/**
 * anycast6_nexthop_forget_route() - make flows of a member that failed or goes
 * leave its next hop
 * @an: the namespace
 * @nexthop: the next hop, which itself is up
 *
 * Flow tables bypass the choice of a member. They notice that the cached route
 * is no longer valid, and send the flow's next packet through the hooks again.
 *
 * Context: process, under @an->lock.
 */
void anycast6_nexthop_forget_route(struct anycast6_net *an,
				   struct anycast6_nexthop *nexthop)
{
	lockdep_assert_held(&an->lock);
	anycast6_path_drop(&nexthop->slot);
}

/**
 * anycast6_nexthops_mark() - look at all next hops again
 * @an: the namespace
 * @delay: how long that may take, jiffies; without effect while they are marked
 *
 * Context: any, under RCU.
 */
void anycast6_nexthops_mark(struct anycast6_net *an, unsigned long delay)
{
	struct anycast6_nexthops *nexthops = rcu_dereference(an->nexthops);

	/* only the first mark queues the work: more events must not delay it */
	if (nexthops && !test_and_set_bit(ANYCAST6_NEXTHOPS_ALL,
					  &nexthops->dirty))
		anycast6_net_reconcile(an, delay);
}

/**
 * anycast6_nexthops_mark_undone() - look at all next hops again, once a change is done
 * @an: the namespace
 * @delay: how long that may take at least, jiffies
 *
 * Context: process, under RTNL, which is held until the change is done, and RCU.
 */
void anycast6_nexthops_mark_undone(struct anycast6_net *an, unsigned long delay)
{
	struct anycast6_nexthops *nexthops = rcu_dereference(an->nexthops);

	if (!nexthops)
		return;
	set_bit(ANYCAST6_NEXTHOPS_UNDONE, &nexthops->dirty);
	/* pairs with test_and_clear_bit() in reconcile_nexthops(): who sees the mark
	 * of all sees this one, too
	 */
	smp_mb__after_atomic();
	anycast6_nexthops_mark(an, delay);
}

static int compare_nexthop(const void *key, const struct rb_node *node)
{
	const struct anycast6_nexthop *nexthop =
		rb_entry(node, struct anycast6_nexthop, by_address);

	return anycast6_prefix_compare(key, &nexthop->slot.target.addr);
}

/* Marks the next hops under a prefix. Returns how many there are, at most
 * %MARKS_MAX + 1.
 */
static unsigned int mark_under(struct anycast6_nexthops *nexthops,
			       const struct anycast6_prefix *prefix)
{
	struct anycast6_nexthop *nexthop;
	struct rb_node *node;
	unsigned int n = 0;

	spin_lock_bh(&nexthops->address_lock);
	rb_for_each(node, prefix, &nexthops->addresses, compare_nexthop) {
		if (++n > MARKS_MAX)
			break;
		nexthop = rb_entry(node, struct anycast6_nexthop, by_address);
		set_bit(ANYCAST6_NEXTHOP_DIRTY, &nexthop->flags);
	}
	spin_unlock_bh(&nexthops->address_lock);
	return n;
}

/**
 * anycast6_nexthops_mark_under() - look at the next hops under a prefix again
 * @an: the namespace
 * @prefix: where a route leads that changes. Routes to elsewhere are not on the
 *          way: whatever table they are in, no lookup of a next hop finds them
 * @delay: how long that may take, jiffies; without effect while some are marked
 *
 * Context: any, under RCU; the lock of the routing table may be held.
 */
void anycast6_nexthops_mark_under(struct anycast6_net *an,
				  const struct anycast6_prefix *prefix,
				  unsigned long delay)
{
	struct anycast6_nexthops *nexthops = rcu_dereference(an->nexthops);
	unsigned int n;

	if (!nexthops)
		return;
	n = mark_under(nexthops, prefix);
	if (n > MARKS_MAX) {
		anycast6_nexthops_mark(an, delay);
		return;
	}
	/* test_and_set_bit() is a full barrier: who sees the bit sees the marks.
	 * Pairs with test_and_clear_bit() in reconcile_nexthops()
	 */
	if (n && !test_and_set_bit(ANYCAST6_NEXTHOPS_SOME, &nexthops->dirty))
		anycast6_net_reconcile(an, delay);
}

/**
 * anycast6_nexthops_forget_dev() - forget cached routes that hold a device
 * @an: the namespace
 * @dev: the device, which is being unregistered
 *
 * Context: NETDEV_UNREGISTER, under RTNL and RCU.
 */
void anycast6_nexthops_forget_dev(struct anycast6_net *an,
				  const struct net_device *dev)
{
	struct anycast6_nexthops *nexthops =
		rcu_dereference(an->nexthops);
	struct anycast6_nexthop *nexthop;

	if (!nexthops)
		return;
	list_for_each_entry_rcu(nexthop, &nexthops->list, list)
		anycast6_path_forget(&nexthop->slot, dev);
}

/**
 * anycast6_nexthops_recall() - let packets that pass by the hooks come there again
 * @an: the namespace, with its next hops
 *
 * See anycast6_path_recall().
 *
 * Context: process; the work upkeep_router() (steer/hooks.c) only.
 */
void anycast6_nexthops_recall(struct anycast6_net *an)
{
	struct anycast6_nexthops *nexthops;
	struct anycast6_nexthop *nexthop;

	rcu_read_lock();
	nexthops = rcu_dereference(an->nexthops);
	list_for_each_entry_rcu(nexthop, &nexthops->list, list)
		anycast6_path_recall(&nexthop->slot);
	rcu_read_unlock();
}
