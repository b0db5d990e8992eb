// SPDX-License-Identifier: GPL-2.0
/*
 * Sends events to listeners in user space, on the family's multicast group.
 * Knows how an event is sent, not what caused it.
 */
#include <net/genetlink.h>

#include <uapi/linux/anycast6.h>

#include "message/fill.h"
#include "message/fill_member.h"
#include "message/netlink_gen.h"
#include "message/notify.h"
#include "net.h"
#include "object/member.h"

/* Bytes: enough for an address with one member, or for an entry. */
#define EVENT_SIZE	2048

static struct sk_buff *start_event(struct anycast6_net *an, u8 cmd, void **msg)
{
	const struct anycast6_header header = { .cmd = cmd };
	struct sk_buff *skb;

	lockdep_assert_held(&an->lock);

	if (!genl_has_listeners(&anycast6_nl_family, an->net,
				ANYCAST6_NLGRP_EVENTS))
		return NULL;
	skb = genlmsg_new(EVENT_SIZE, GFP_KERNEL);
	if (skb)
		*msg = anycast6_fill_start(skb, &header);
	else
		genl_set_err(&anycast6_nl_family, an->net, 0,
			     ANYCAST6_NLGRP_EVENTS, -ENOBUFS);
	return skb;
}

static void send_event(struct anycast6_net *an, struct sk_buff *skb, void *msg,
		       int err)
{
	if (WARN_ON_ONCE(err)) {
		kfree_skb(skb);
		return;
	}
	genlmsg_end(skb, msg);
	genlmsg_multicast_netns(&anycast6_nl_family, an->net, skb, 0,
				ANYCAST6_NLGRP_EVENTS, GFP_KERNEL);
}

/**
 * anycast6_notify_member() - tell listeners what happened to a member
 * @an: the namespace
 * @cmd: ANYCAST6_CMD_ADDED, ANYCAST6_CMD_CHANGED or ANYCAST6_CMD_DELETED
 * @member: the member; the event has its address, too, but no other member
 *
 * Context: process, under @an->lock.
 */
void anycast6_notify_member(struct anycast6_net *an, u8 cmd,
			    struct anycast6_member *member)
{
	struct sk_buff *skb;
	void *msg;
	int err;

	skb = start_event(an, cmd, &msg);
	if (!skb)
		return;
	rcu_read_lock();
	err = anycast6_fill_group(skb, member->group) ? :
	      anycast6_fill_member(skb, ANYCAST6_A_ADDR_MEMBER, member, 0);
	rcu_read_unlock();
	send_event(an, skb, msg, err);
}

/**
 * anycast6_notify_group() - tell listeners what happened to an address
 * @an: the namespace
 * @cmd: ANYCAST6_CMD_CHANGED or ANYCAST6_CMD_DELETED
 * @group: the address
 *
 * Context: process, under @an->lock.
 */
void anycast6_notify_group(struct anycast6_net *an, u8 cmd,
			   struct anycast6_group *group)
{
	struct sk_buff *skb;
	void *msg;
	int err;

	skb = start_event(an, cmd, &msg);
	if (!skb)
		return;
	rcu_read_lock();
	err = anycast6_fill_group(skb, group);
	rcu_read_unlock();
	send_event(an, skb, msg, err);
}

/**
 * anycast6_notify_entry() - tell listeners what happened to an entry
 * @an: the namespace
 * @cmd: ANYCAST6_CMD_ADDED, ANYCAST6_CMD_CHANGED or ANYCAST6_CMD_DELETED
 * @entry: the entry
 *
 * Context: process, under @an->lock.
 */
void anycast6_notify_entry(struct anycast6_net *an, u8 cmd,
			   struct anycast6_entry *entry)
{
	struct sk_buff *skb;
	void *msg;

	skb = start_event(an, cmd, &msg);
	if (skb)
		send_event(an, skb, msg, anycast6_fill_entry(skb, entry));
}
