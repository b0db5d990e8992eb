// SPDX-License-Identifier: GPL-2.0
/*
 * Notices: routes that tell routing daemons what is here. Counted, and changed
 * many at a time. Knows nothing of addresses and members.
 */
#include <linux/rhashtable.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include <uapi/linux/anycast6.h>

#include "kernel/daemon_route.h"
#include "kernel/route.h"
#include "net.h"

static const struct rhashtable_params params = {
	.head_offset = offsetof(struct anycast6_notice, node),
	.key_offset = offsetof(struct anycast6_notice, key),
	.key_len = sizeof(struct anycast6_notice_key),
	.automatic_shrinking = true,
};

/**
 * anycast6_notices_init() - begin with none
 * @an: the namespace
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int anycast6_notices_init(struct anycast6_net *an)
{
	INIT_LIST_HEAD(&an->notices.all);
	INIT_LIST_HEAD(&an->notices.pending);
	return rhashtable_init(&an->notices.table, &params);
}

static void destroy(struct anycast6_net *an, struct anycast6_notice *notice)
{
	rhashtable_remove_fast(&an->notices.table, &notice->node, params);
	list_del(&notice->all);
	list_del(&notice->pending);
	kfree_rcu(notice, rcu);
}

/**
 * anycast6_notices_exit() - end, with those that could not be withdrawn
 * @an: the namespace, without addresses
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_notices_exit(struct anycast6_net *an)
{
	struct anycast6_notice *notice, *next;

	lockdep_assert_held(&an->lock);

	anycast6_notices_send(an);
	list_for_each_entry_safe(notice, next, &an->notices.all, all)
		destroy(an, notice);
	rhashtable_destroy(&an->notices.table);
}

static bool is_wanted(const struct anycast6_notice *notice)
{
	return notice->users;
}

/* Whatever is on its way is overtaken by what is wanted now. */
static void settle(struct anycast6_net *an, struct anycast6_notice *notice)
{
	list_del_init(&notice->pending);
	if (notice->unsure || notice->there != is_wanted(notice))
		list_add_tail(&notice->pending, &an->notices.pending);
	else if (!is_wanted(notice))
		destroy(an, notice);
}

static struct anycast6_notice *create(struct anycast6_net *an,
				      const struct anycast6_notice_key *key)
{
	struct anycast6_notice *notice;
	int err;

	notice = kzalloc(sizeof(*notice), GFP_KERNEL_ACCOUNT);
	if (!notice)
		return ERR_PTR(-ENOMEM);
	notice->key = *key;
	INIT_LIST_HEAD(&notice->pending);
	err = rhashtable_insert_fast(&an->notices.table, &notice->node, params);
	if (err) {
		kfree(notice);
		return ERR_PTR(err);
	}
	list_add_tail(&notice->all, &an->notices.all);
	return notice;
}

/**
 * anycast6_notice_get() - one more address needs a notice
 * @an: the namespace
 * @key: which one; no byte of it is undefined
 * @ifindex: interface index of the device that its route leads to, 0 for an
 *           unreachable one
 *
 * Its route comes with anycast6_notices_send().
 *
 * Context: process, under @an->lock.
 * Return: the notice or ERR_PTR(-ENOMEM).
 */
struct anycast6_notice *
anycast6_notice_get(struct anycast6_net *an,
		    const struct anycast6_notice_key *key, u32 ifindex)
{
	struct anycast6_notice *notice;

	lockdep_assert_held(&an->lock);

	notice = rhashtable_lookup_fast(&an->notices.table, key, params);
	if (!notice)
		notice = create(an, key);
	if (IS_ERR(notice))
		return notice;
	/* routes go with their device; who else needs one has the same */
	if (!notice->users && notice->ifindex != ifindex) {
		notice->there = false;
		notice->ifindex = ifindex;
	}
	WRITE_ONCE(notice->users, notice->users + 1);
	settle(an, notice);
	return notice;
}

/**
 * anycast6_notice_put() - one address less needs a notice
 * @an: the namespace
 * @notice: the notice, whose route goes with anycast6_notices_send() after the
 *          last one
 *
 * Context: process, under @an->lock.
 */
void anycast6_notice_put(struct anycast6_net *an,
			 struct anycast6_notice *notice)
{
	lockdep_assert_held(&an->lock);

	WRITE_ONCE(notice->users, notice->users - 1);
	settle(an, notice);
}

/**
 * anycast6_notice_doubt() - a route may not be there any more
 * @an: the namespace
 * @notice: its notice; anycast6_notices_send() adds it again, or deletes it
 *
 * Context: process, under @an->lock.
 */
void anycast6_notice_doubt(struct anycast6_net *an,
			   struct anycast6_notice *notice)
{
	lockdep_assert_held(&an->lock);

	notice->unsure = true;
	settle(an, notice);
}

static void describe(const struct anycast6_notice *notice,
		     struct anycast6_route_change *change)
{
	*change = (struct anycast6_route_change) {
		.addr = notice->key.addr,
		.ifindex = notice->ifindex,
		.table = notice->key.table,
		.metric = notice->key.metric,
		.len = notice->key.len,
		.type = notice->ifindex ? RTN_UNICAST : RTN_UNREACHABLE,
		.protocol = ANYCAST6_ROUTE_PROTO,
		.add = is_wanted(notice),
	};
}

/* Somebody else's route that leaves no room for this one is as good: when it
 * goes, this one comes. One that is gone needs not be deleted.
 */
static bool is_done(const struct anycast6_route_change *change)
{
	return !change->err ||
	       change->err == (change->add ? -EEXIST : -ESRCH);
}

/* Takes the first ones; those that the kernel refuses go to @refused. */
static void send_some(struct anycast6_net *an,
		      struct anycast6_route_change *changes,
		      struct list_head *refused)
{
	struct anycast6_notice *notice, *next;
	unsigned int i, n = 0;

	list_for_each_entry(notice, &an->notices.pending, pending) {
		describe(notice, &changes[n++]);
		if (n == ANYCAST6_ROUTE_CHANGES)
			break;
	}
	anycast6_routes_change(an, changes, n);
	i = 0;
	list_for_each_entry_safe(notice, next, &an->notices.pending, pending) {
		if (i == n)
			break;
		if (is_done(&changes[i])) {
			notice->there = changes[i].add;
			notice->unsure = false;
			settle(an, notice);
		} else {
			list_move_tail(&notice->pending, refused);
		}
		i++;
	}
}

static void find_lost(struct anycast6_net *an)
{
	struct anycast6_notice *notice, *next;

	if (!test_and_clear_bit(0, &an->notices.lost))
		return;
	/* what is lost after this is for the next time */
	smp_mb__after_atomic();
	list_for_each_entry_safe(notice, next, &an->notices.all, all) {
		if (!test_and_clear_bit(ANYCAST6_NOTICE_LOST, &notice->flags))
			continue;
		anycast6_notice_doubt(an, notice);
	}
}

/**
 * anycast6_notices_send() - let routes come and go
 * @an: the namespace
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: whether the kernel refused something: it is tried again with the next
 * call.
 */
bool anycast6_notices_send(struct anycast6_net *an)
{
	struct anycast6_route_change *changes;
	LIST_HEAD(refused);

	lockdep_assert_held(&an->lock);

	find_lost(an);
	if (list_empty(&an->notices.pending))
		return false;
	changes = kmalloc_array(ANYCAST6_ROUTE_CHANGES, sizeof(*changes),
				GFP_KERNEL);
	if (!changes)
		return true;
	while (!list_empty(&an->notices.pending))
		send_some(an, changes, &refused);
	kfree(changes);
	list_splice(&refused, &an->notices.pending);
	return !list_empty(&an->notices.pending);
}

/**
 * anycast6_notices_lose() - somebody has deleted a route, or put another in its
 * place
 * @an: the namespace
 * @key: what a notice of it would have; no byte of it is undefined
 *
 * Context: any.
 * Return: whether there are lost ones for anycast6_notices_send() to mend, and
 * there were none before.
 */
bool anycast6_notices_lose(struct anycast6_net *an,
			   const struct anycast6_notice_key *key)
{
	struct anycast6_notice *notice;
	bool first = false;

	rcu_read_lock();
	notice = rhashtable_lookup(&an->notices.table, key, params);
	if (notice && READ_ONCE(notice->users)) {
		set_bit(ANYCAST6_NOTICE_LOST, &notice->flags);
		/* who sees that there are some finds them */
		smp_mb__after_atomic();
		first = !test_and_set_bit(0, &an->notices.lost);
	}
	rcu_read_unlock();
	return first;
}
