// SPDX-License-Identifier: GPL-2.0
/*
 * Puts members into netlink messages, and the options that members and entries
 * share. Knows the attributes, not when a message is sent.
 */
#include <net/genetlink.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "lib/history.h"
#include "lib/service.h"
#include "lib/stats.h"
#include "message/fill_member.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/lease.h"
#include "object/member.h"
#include "probe/probe.h"
#include "way/nexthop.h"

/**
 * anycast6_fill_stats() - put counts of packets and bytes in a message
 * @skb: the message
 * @attr: the attribute that they are nested in
 * @counts: the counts
 *
 * Context: any.
 * Return: 0, or %-EMSGSIZE: the message may then have a part of it.
 */
int anycast6_fill_stats(struct sk_buff *skb, int attr,
			const struct anycast6_counts *counts)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest ||
	    nla_put_u64_64bit(skb, ANYCAST6_A_STATS_PACKETS, counts->packets,
			      ANYCAST6_A_STATS_PAD) ||
	    nla_put_u64_64bit(skb, ANYCAST6_A_STATS_BYTES, counts->bytes,
			      ANYCAST6_A_STATS_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * anycast6_fill_options() - put the metric and the area in a message
 * @skb: the message
 * @options: the options of a member, or of the members that an entry makes
 * @metric: the attribute of the metric
 * @area: the attribute of the area's address
 * @area_len: the attribute of the area's length
 *
 * Context: any.
 * Return: 0, or %-EMSGSIZE: the message may then have a part of it.
 */
int anycast6_fill_options(struct sk_buff *skb,
			  const struct anycast6_options *options, int metric,
			  int area, int area_len)
{
	if ((options->has_metric &&
	     nla_put_u32(skb, metric, options->metric)) ||
	    (options->has_area &&
	     (nla_put_in6_addr(skb, area, &options->area.addr) ||
	      nla_put_u8(skb, area_len, options->area.len))))
		return -EMSGSIZE;
	return 0;
}

/**
 * anycast6_fill_services() - put services in a message
 * @skb: the message
 * @type: the attribute that they are nested in
 * @services: the services of a member, or of the members that an entry makes;
 *            or ports of an address
 *
 * Context: any.
 * Return: 0, or %-EMSGSIZE: the message may then have a part of it.
 */
int anycast6_fill_services(struct sk_buff *skb, int type,
			   const struct anycast6_services *services)
{
	struct nlattr *nest, *one;
	unsigned int i;

	if (!services->n)
		return 0;
	nest = nla_nest_start(skb, type);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < services->n; i++) {
		one = nla_nest_start(skb, ANYCAST6_A_SERVICES_SERVICE);
		if (!one ||
		    nla_put_u8(skb, ANYCAST6_A_SERVICE_PROTO,
			       services->list[i].proto) ||
		    nla_put_u16(skb, ANYCAST6_A_SERVICE_PORT,
				services->list[i].port))
			return -EMSGSIZE;
		nla_nest_end(skb, one);
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_origin(struct sk_buff *skb, int attr,
		       const struct anycast6_member *member)
{
	const struct anycast6_entry *entry;
	int err = 0;

	rcu_read_lock();
	entry = rcu_dereference(member->entry);
	if (entry)
		err = nla_put_u32(skb, attr, entry->origin);
	rcu_read_unlock();
	return err;
}

/* A remote member shows a device only if one was configured: without, it is on
 * the module's own.
 */
static int fill_place(struct sk_buff *skb, const struct anycast6_member *member)
{
	const struct anycast6_link *link = member->link;

	if (member->nexthop &&
	    nla_put_in6_addr(skb, ANYCAST6_A_MEMBER_VIA,
			     &member->nexthop->slot.target.addr))
		return -EMSGSIZE;
	if (member->nexthop && link->own)
		return 0;
	if (nla_put_u32(skb, ANYCAST6_A_MEMBER_DEV, link->ifindex) ||
	    (link->own && nla_put_flag(skb, ANYCAST6_A_MEMBER_OWN)))
		return -EMSGSIZE;
	return 0;
}

static int fill_rank(struct sk_buff *skb, const struct anycast6_member *member)
{
	struct anycast6_options options;
	u32 distance;

	anycast6_traits_get(&member->traits, &options);
	if (anycast6_fill_services(skb, ANYCAST6_A_MEMBER_SERVICES,
				   &options.services))
		return -EMSGSIZE;
	if (anycast6_member_distance(member, &distance) &&
	    nla_put_u32(skb, ANYCAST6_A_MEMBER_DISTANCE, distance))
		return -EMSGSIZE;
	return anycast6_fill_options(skb, &options, ANYCAST6_A_MEMBER_METRIC,
				     ANYCAST6_A_MEMBER_AREA,
				     ANYCAST6_A_MEMBER_AREA_LEN);
}

/* Of what has one leg only, the state tells all. */
static int fill_legs(struct sk_buff *skb, const struct anycast6_member *member)
{
	const struct anycast6_nexthop *nexthop = member->nexthop;
	u32 legs = nexthop ? READ_ONCE(nexthop->legs) : 0;

	if (legs < 2)
		return 0;
	return nla_put_u32(skb, ANYCAST6_A_MEMBER_LEGS, legs) ? :
	       nla_put_u32(skb, ANYCAST6_A_MEMBER_LEGS_LIVING,
			   READ_ONCE(nexthop->living));
}

static int fill_lease(struct sk_buff *skb, const struct anycast6_member *member)
{
	const struct anycast6_lease *lease;
	int err = 0;

	rcu_read_lock();
	lease = rcu_dereference(member->lease);
	if (lease)
		err = nla_put_u32(skb, ANYCAST6_A_MEMBER_LIFETIME,
				  READ_ONCE(lease->lifetime)) ? :
		      nla_put_u32(skb, ANYCAST6_A_MEMBER_EXPIRES,
				  anycast6_lease_left(lease));
	rcu_read_unlock();
	return err;
}

static int fill_history(struct sk_buff *skb,
			const struct anycast6_history *history)
{
	const u32 *changes = history->changes;
	struct nlattr *nest;

	if (nla_put_u64_64bit(skb, ANYCAST6_A_MEMBER_SINCE,
			      anycast6_history_age(history),
			      ANYCAST6_A_MEMBER_PAD))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, ANYCAST6_A_MEMBER_CHANGES);
	if (!nest ||
	    nla_put_u32(skb, ANYCAST6_A_CHANGES_UP,
			READ_ONCE(changes[ANYCAST6_STATE_UP])) ||
	    nla_put_u32(skb, ANYCAST6_A_CHANGES_DRAINING,
			READ_ONCE(changes[ANYCAST6_STATE_DRAINING])) ||
	    nla_put_u32(skb, ANYCAST6_A_CHANGES_DOWN,
			READ_ONCE(changes[ANYCAST6_STATE_DOWN])))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_probes(struct sk_buff *skb, const struct anycast6_probe *probe)
{
	static const int attrs[ANYCAST6_PROBES] = {
		[ANYCAST6_PROBES_SENT] = ANYCAST6_A_PROBES_SENT,
		[ANYCAST6_PROBES_ANSWERED] = ANYCAST6_A_PROBES_ANSWERED,
		[ANYCAST6_PROBES_MISSED] = ANYCAST6_A_PROBES_MISSED,
		[ANYCAST6_PROBES_UNREACHABLE] = ANYCAST6_A_PROBES_UNREACHABLE,
		[ANYCAST6_PROBES_REFUSED] = ANYCAST6_A_PROBES_REFUSED,
	};
	struct nlattr *nest = nla_nest_start(skb, ANYCAST6_A_MEMBER_PROBES);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(attrs); i++)
		if (nla_put_u64_64bit(skb, attrs[i],
				      READ_ONCE(probe->counts[i]),
				      ANYCAST6_A_PROBES_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_probe(struct sk_buff *skb, const struct anycast6_member *member)
{
	u32 interval = READ_ONCE(member->traits.probe);
	const struct anycast6_probe *probe;
	u8 role = READ_ONCE(member->role);
	int err = 0;

	if (role && nla_put_u32(skb, ANYCAST6_A_MEMBER_ANSWERS,
				role == ANYCAST6_ROLE_ANSWERS &&
				READ_ONCE(member->state) ==
				ANYCAST6_STATE_UP))
		return -EMSGSIZE;
	if (interval && nla_put_u32(skb, ANYCAST6_A_MEMBER_PROBE, interval))
		return -EMSGSIZE;
	rcu_read_lock();
	probe = rcu_dereference(member->probe);
	if (probe)
		err = fill_probes(skb, probe);
	rcu_read_unlock();
	return err;
}

/**
 * anycast6_fill_member() - add a member to the message of its address
 * @skb: the message
 * @attr: the attribute that the member is nested in
 * @member: the member, not dead
 * @verdict: enum anycast6_verdict, 0 outside explain
 *
 * Context: RCU, or under an->lock.
 * Return: 0, or %-EMSGSIZE: the message is then as it was before, so that a
 * dump can go on with this member in the next message.
 */
int anycast6_fill_member(struct sk_buff *skb, int attr,
			 const struct anycast6_member *member, u8 verdict)
{
	u8 delivery = READ_ONCE(member->delivery);
	u8 reason = READ_ONCE(member->reason);
	u32 flows = atomic_read(&member->flows);
	struct anycast6_counts counts = {};
	struct nlattr *nest;

	nest = nla_nest_start(skb, attr);
	if (!nest)
		return -EMSGSIZE;

	anycast6_stats_read(member->stats, &counts);
	if (fill_place(skb, member) ||
	    fill_origin(skb, ANYCAST6_A_MEMBER_ORIGIN, member) ||
	    fill_rank(skb, member) ||
	    (READ_ONCE(member->group->remotes) &&
	     nla_put_u32(skb, ANYCAST6_A_MEMBER_ACTIVE_FLOWS, flows)) ||
	    (verdict &&
	     nla_put_u32(skb, ANYCAST6_A_MEMBER_VERDICT, verdict)) ||
	    nla_put_u32(skb, ANYCAST6_A_MEMBER_STATE,
			READ_ONCE(member->state)) ||
	    (reason &&
	     nla_put_u32(skb, ANYCAST6_A_MEMBER_REASON, reason)) ||
	    (delivery &&
	     nla_put_u32(skb, ANYCAST6_A_MEMBER_DELIVERY, delivery)) ||
	    fill_legs(skb, member) ||
	    fill_lease(skb, member) ||
	    fill_history(skb, &member->history) ||
	    fill_probe(skb, member) ||
	    (READ_ONCE(member->draining) &&
	     nla_put_flag(skb, ANYCAST6_A_MEMBER_DRAINING)) ||
	    anycast6_fill_stats(skb, ANYCAST6_A_MEMBER_STATS, &counts)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}
