// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps: addresses with their members, entries, and what the kernel's own
 * anycast code holds. Reads under RCU and never waits for an->lock; changes
 * nothing.
 */
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/genetlink.h>

#include <uapi/linux/anycast6.h>

#include <anycast6_compat.h>

#include "kernel/link.h"
#include "kernel/own.h"
#include "message/fill.h"
#include "message/fill_member.h"
#include "message/netlink_gen.h"
#include "net.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/member.h"
#include "request/filter.h"
#include "request/netlink.h"

enum phase {
	PHASE_GROUPS,
	PHASE_ENTRIES,
	PHASE_KERNEL,
	PHASE_DONE,
};

/**
 * struct cursor - where a dump goes on, in netlink_callback.args
 * @phase: enum phase
 * @outer: id of the address (PHASE_GROUPS), or how many entries (PHASE_ENTRIES)
 *         or devices (PHASE_KERNEL) are done
 * @inner: how many members of that address (PHASE_GROUPS) or anycast addresses
 *         of the next device (PHASE_KERNEL) are done
 */
struct cursor {
	long phase;
	unsigned long outer;
	long inner;
};

/**
 * struct dump - one call of a dump, which fills one skb
 * @an: the namespace
 * @skb: where the messages go
 * @header: header of each message
 * @filter: what is dumped; points into the request
 * @at: where the dump goes on, kept from call to call
 */
struct dump {
	struct anycast6_net *an;
	struct sk_buff *skb;
	struct anycast6_header header;
	struct anycast6_filter filter;
	struct cursor *at;
};

static void *start_dump(struct dump *dump, struct netlink_callback *cb)
{
	void *msg = anycast6_fill_start(dump->skb, &dump->header);

	if (msg)
		genl_dump_check_consistent(cb, msg);
	return msg;
}

static bool any_member(const struct dump *dump,
		       const struct anycast6_group *group)
{
	const struct anycast6_member *member;

	list_for_each_entry_rcu(member, &group->members, node)
		if (anycast6_filter_member(&dump->filter, member))
			return true;
	return false;
}

/* Fills one message with as many members as there is room for. The others
 * follow in another message of the same address.
 */
static int dump_group(struct dump *dump, struct netlink_callback *cb,
		      struct anycast6_group *group)
{
	const struct anycast6_member *member;
	long filled = 0, place = 0;
	int err = 0;
	void *msg;

	msg = start_dump(dump, cb);
	if (!msg || anycast6_fill_group(dump->skb, group)) {
		genlmsg_cancel(dump->skb, msg);
		return -EMSGSIZE;
	}

	list_for_each_entry_rcu(member, &group->members, node) {
		if (place++ < dump->at->inner ||
		    !anycast6_filter_member(&dump->filter, member))
			continue;
		err = anycast6_fill_member(dump->skb, ANYCAST6_A_ADDR_MEMBER,
					   member, 0);
		if (err)
			break;
		dump->at->inner = place;
		filled++;
	}
	if (err && !filled)
		genlmsg_cancel(dump->skb, msg);
	else
		genlmsg_end(dump->skb, msg);
	return err;
}

static int dump_groups(struct dump *dump, struct netlink_callback *cb)
{
	struct anycast6_group *group;
	unsigned long id;
	int err;

	xa_for_each_start(&dump->an->ids, id, group, dump->at->outer) {
		/* the one where the last call stopped may have gone */
		if (id != dump->at->outer)
			dump->at->inner = 0;
		dump->at->outer = id;
		if (!anycast6_filter_group(&dump->filter, group) ||
		    !any_member(dump, group))
			continue;
		err = dump_group(dump, cb, group);
		if (err)
			return err;
	}
	return 0;
}

static int dump_entries(struct dump *dump, struct netlink_callback *cb)
{
	const struct anycast6_entry *entry;
	unsigned long place = 0;
	void *msg;

	list_for_each_entry_rcu(entry, &dump->an->entries, node) {
		if (place++ < dump->at->outer ||
		    !anycast6_filter_entry(&dump->filter, entry))
			continue;
		msg = start_dump(dump, cb);
		if (!msg || anycast6_fill_entry(dump->skb, entry)) {
			genlmsg_cancel(dump->skb, msg);
			return -EMSGSIZE;
		}
		genlmsg_end(dump->skb, msg);
		dump->at->outer = place;
	}
	return 0;
}

/* The joins of members are in the kernel's list, too, but have been dumped with
 * their addresses.
 */
static bool is_member(struct anycast6_net *an, const struct net_device *dev,
		      const struct in6_addr *addr)
{
	struct anycast6_key key = {
		.addr = *addr,
		.domain = anycast6_dev_domain(dev, addr),
	};
	const struct anycast6_member *member;
	const struct anycast6_group *group;

	group = anycast6_group_find(an, &key);
	if (!group)
		return false;
	if (anycast6_own_is(dev))
		return true;
	list_for_each_entry_rcu(member, &group->members, node)
		if (!member->nexthop && member->link->ifindex == dev->ifindex)
			return true;
	return false;
}

static int fill_kernel(struct sk_buff *skb, const struct net_device *dev,
		       const struct in6_addr *addr)
{
	u32 vrf = anycast6_dev_vrf(dev);
	struct nlattr *nest;

	if (nla_put_in6_addr(skb, ANYCAST6_A_ADDR_ADDRESS, addr))
		return -EMSGSIZE;
	if (anycast6_addr_is_linklocal(addr)) {
		if (nla_put_u32(skb, ANYCAST6_A_ADDR_DEV, dev->ifindex))
			return -EMSGSIZE;
	} else if (vrf && nla_put_u32(skb, ANYCAST6_A_ADDR_VRF, vrf)) {
		return -EMSGSIZE;
	}
	if (nla_put_u32(skb, ANYCAST6_A_ADDR_ORIGIN, ANYCAST6_ORIGIN_KERNEL) ||
	    nla_put_u32(skb, ANYCAST6_A_ADDR_STATE, ANYCAST6_STATE_UP))
		return -EMSGSIZE;

	nest = nla_nest_start(skb, ANYCAST6_A_ADDR_MEMBER);
	if (!nest ||
	    nla_put_u32(skb, ANYCAST6_A_MEMBER_DEV, dev->ifindex) ||
	    nla_put_u32(skb, ANYCAST6_A_MEMBER_STATE, ANYCAST6_STATE_UP) ||
	    nla_put_u32(skb, ANYCAST6_A_MEMBER_DELIVERY,
			ANYCAST6_DELIVERY_KERNEL))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static bool kernel_is_meant(const struct anycast6_filter *filter,
			    const struct net_device *dev)
{
	return (filter->origin < 0 ||
		filter->origin == ANYCAST6_ORIGIN_KERNEL) &&
	       filter->id < 0 &&
	       (filter->state < 0 || filter->state == ANYCAST6_STATE_UP) &&
	       (!filter->dev || filter->dev == dev->ifindex) &&
	       (!filter->vrf || filter->vrf == anycast6_dev_vrf(dev));
}

static int dump_kernel_dev(struct dump *dump, struct netlink_callback *cb,
			   const struct net_device *dev, struct inet6_dev *idev)
{
	const struct in6_addr *wanted = dump->filter.addr;
	const struct ifacaddr6 *aca;
	long place = 0;
	int err = 0;
	void *msg;

	read_lock_bh(&idev->lock);
	for (aca = anycast6_compat_aca_first(idev); aca;
	     aca = anycast6_compat_aca_next(idev, aca)) {
		if (place++ < dump->at->inner ||
		    (wanted && !ipv6_addr_equal(wanted, &aca->aca_addr)) ||
		    is_member(dump->an, dev, &aca->aca_addr))
			continue;
		msg = start_dump(dump, cb);
		if (!msg || fill_kernel(dump->skb, dev, &aca->aca_addr)) {
			genlmsg_cancel(dump->skb, msg);
			err = -EMSGSIZE;
			break;
		}
		genlmsg_end(dump->skb, msg);
		dump->at->inner = place;
	}
	read_unlock_bh(&idev->lock);
	return err;
}

static int dump_kernel(struct dump *dump, struct netlink_callback *cb)
{
	const struct net_device *dev;
	unsigned long place = 0;
	struct inet6_dev *idev;
	int err;

	for_each_netdev_rcu(dump->an->net, dev) {
		if (place++ < dump->at->outer)
			continue;
		idev = __in6_dev_get(dev);
		if (idev && kernel_is_meant(&dump->filter, dev)) {
			err = dump_kernel_dev(dump, cb, dev, idev);
			if (err)
				return err;
		}
		dump->at->outer = place;
		dump->at->inner = 0;
	}
	return 0;
}

static int dump_phase(struct dump *dump, struct netlink_callback *cb)
{
	switch (dump->at->phase) {
	case PHASE_GROUPS:
		return dump_groups(dump, cb);
	case PHASE_ENTRIES:
		return dump_entries(dump, cb);
	default:
		return dump_kernel(dump, cb);
	}
}

int anycast6_nl_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct anycast6_net *an = anycast6_net(sock_net(skb->sk));
	struct dump dump = {
		.an = an,
		.skb = skb,
		.header = {
			.portid = NETLINK_CB(cb->skb).portid,
			.seq = cb->nlh->nlmsg_seq,
			.flags = NLM_F_MULTI,
			.cmd = ANYCAST6_CMD_GET,
		},
		.at = (struct cursor *)cb->args,
	};
	int err = 0;

	BUILD_BUG_ON(sizeof(struct cursor) > sizeof(cb->args));
	anycast6_netlink_filter(anycast6_compat_dump_attrs(cb), &dump.filter);

	rcu_read_lock();
	/* genl_dump_check_consistent() compares it: devices are dumped, too */
	cb->seq = READ_ONCE(an->seq) + READ_ONCE(an->net->dev_base_seq);
	while (dump.at->phase < PHASE_DONE) {
		err = dump_phase(&dump, cb);
		if (err)
			break;
		dump.at->phase++;
		dump.at->outer = 0;
		dump.at->inner = 0;
	}
	rcu_read_unlock();
	return skb->len ? : err;
}
