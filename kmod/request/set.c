// SPDX-License-Identifier: GPL-2.0
/*
 * The verb that changes a whole address, or what an entry says of its
 * addresses: what it means, and what is refused; a refusal changes nothing.
 * Knows what can be set, not what follows from it.
 */
#include <linux/netdevice.h>
#include <net/ipv6.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "kernel/local.h"
#include "kernel/route.h"
#include "message/notify.h"
#include "net.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/mark.h"
#include "object/member.h"
#include "object/origin.h"
#include "reconcile/address.h"
#include "reconcile/reconcile.h"
#include "reconcile/reply_source.h"
#include "request/find.h"
#include "request/request.h"
#include "request/set.h"
#include "way/nexthop.h"

static bool holds_members(const struct anycast6_group *group,
			  const struct anycast6_prefix *scope)
{
	const struct anycast6_member *member;

	list_for_each_entry(member, &group->members, node)
		if (member->nexthop &&
		    !anycast6_scope_takes(scope,
					  &member->nexthop->slot.target.addr))
			return false;
	return true;
}

static int check_scope(struct anycast6_net *an,
		       const struct anycast6_request *req,
		       struct anycast6_group *group,
		       const struct anycast6_prefix *scope)
{
	if (anycast6_origin_has_entry(an, group))
		return ANYCAST6_REFUSE(req, ADDRESS, -EBUSY,
			      "the scope of an address that an entry makes is its prefix");
	if (!anycast6_prefix_contains(scope, req->addr))
		return ANYCAST6_REFUSE(req, SCOPE, -ERANGE,
			      "the address is outside that scope");
	if (!holds_members(group, scope))
		return ANYCAST6_REFUSE(req, SCOPE, -ERANGE,
			      "a member is outside that scope");
	return 0;
}

/* The VRF of the device of a link-local address or an entry, 0 outside VRFs. */
static u32 vrf_of(struct anycast6_net *an, u32 ifindex)
{
	struct net_device *dev;
	u32 vrf;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, ifindex);
	vrf = dev ? anycast6_dev_vrf(dev) : 0;
	rcu_read_unlock();
	return vrf;
}

/* @link: interface index of the only device whose link-local addresses may be
 * the source, 0 if none may
 */
static int check_address(struct anycast6_net *an,
			 const struct anycast6_request *req,
			 const struct in6_addr *source, u32 vrf, u32 link)
{
	bool linklocal = anycast6_addr_is_linklocal(source);
	struct anycast6_key key = {
		.addr = *source,
		.domain = linklocal ? link : vrf,
	};

	if (!anycast6_addr_is_unicast(source))
		return ANYCAST6_REFUSE(req, SOURCE_ADDRESS, -EINVAL,
			      "answers come from a unicast address");
	if (linklocal && !link)
		return ANYCAST6_REFUSE(req, SOURCE_ADDRESS, -EINVAL,
			      "a link-local source does not reach all who send to a global address");
	if (req->addr && ipv6_addr_equal(source, req->addr))
		return ANYCAST6_REFUSE(req, SOURCE_ADDRESS, -EINVAL,
			      "this is the address itself: use source anycast");
	if (anycast6_group_find(an, &key))
		return ANYCAST6_REFUSE(req, SOURCE_ADDRESS, -EINVAL,
			      "this is an anycast address of this node");
	if (!anycast6_local_is_unicast(an, &key))
		return ANYCAST6_REFUSE(req, SOURCE_ADDRESS, -EADDRNOTAVAIL,
			      "this is no address of this node there");
	return 0;
}

static int check_source(struct anycast6_net *an,
			const struct anycast6_request *req,
			struct anycast6_group *group,
			const struct anycast6_source_option *source)
{
	u32 domain = group->key.domain;

	if (anycast6_origin_has_entry(an, group))
		return ANYCAST6_REFUSE(req, ADDRESS, -EBUSY,
			      "an entry makes this address: set the source of the entry");
	if (source->mode != ANYCAST6_SOURCE_MODE_ADDRESS)
		return 0;
	if (anycast6_group_is_linklocal(group))
		return check_address(an, req, &source->addr,
				     vrf_of(an, domain), domain);
	return check_address(an, req, &source->addr, domain, 0);
}

static int check_metric(const struct anycast6_request *req, u32 metric, u32 vrf)
{
	if (!metric || metric != anycast6_route_taken(vrf))
		return 0;
	return ANYCAST6_REFUSE(req, ANNOUNCE_METRIC, -EINVAL,
			       "in a VRF this is the metric of the routes by which packets are delivered");
}

#define NO_AGGREGATE	"announce scope needs a scope between ::/0, a default route, and the address itself"

/* The announcement must fit the scope that the address has afterwards. */
static int check_announce(struct anycast6_net *an,
			  const struct anycast6_request *req,
			  const struct anycast6_group *group,
			  const struct anycast6_settings *settings)
{
	struct anycast6_announce_option option = group->published.option;
	u8 len = settings->has_scope ? settings->scope.len : group->scope.len;
	int err;

	if (anycast6_announce_is_set(&settings->announce)) {
		if (anycast6_group_is_linklocal(group))
			return ANYCAST6_REFUSE(req, ADDRESS, -EINVAL,
				      "a link-local address is not announced");
		if (anycast6_origin_entry(group, NULL))
			return ANYCAST6_REFUSE(req, ADDRESS, -EBUSY,
				      "an entry makes this address: announce the entry's");
	}
	err = check_metric(req, settings->announce.metric,
			   anycast6_group_vrf(group));
	if (err)
		return err;
	anycast6_announce_set(&option, &settings->announce);
	if (!anycast6_announce_refuses(&option, len))
		return 0;
	if (settings->has_scope)
		return ANYCAST6_REFUSE(req, SCOPE, -EINVAL, NO_AGGREGATE);
	return ANYCAST6_REFUSE(req, ANNOUNCE, -EINVAL, NO_AGGREGATE);
}

/* How flows stay matters where members are remote, and entries make none. */
static int check_pinning(const struct anycast6_request *req,
			 const struct anycast6_group *group,
			 const struct anycast6_pinning_option *option)
{
	if (!anycast6_pinning_is_set(option) ||
	    !anycast6_origin_entry(group, NULL))
		return 0;
	return ANYCAST6_REFUSE(req, ADDRESS, -EBUSY,
			       "an entry makes this address, and all its members are on this node");
}

static struct anycast6_source *source_in(struct anycast6_net *an,
					 struct anycast6_source __rcu *place)
{
	return rcu_dereference_protected(place, lockdep_is_held(&an->lock));
}

/* Checks @settings, and copies to @changes what they change. A scope, a source
 * or a hold time that is so already is not refused, even if an entry decides it.
 */
static int check_group(struct anycast6_net *an,
		       const struct anycast6_request *req,
		       struct anycast6_group *group,
		       const struct anycast6_settings *settings,
		       struct anycast6_settings *changes)
{
	struct anycast6_prefix now;
	int err = 0;

	*changes = *settings;
	anycast6_group_get_scope(group, &now);
	if (anycast6_prefix_equal(&now, &settings->scope))
		changes->has_scope = false;
	if (anycast6_source_is(source_in(an, group->source),
			       &settings->source))
		changes->has_source = false;
	if (group->hold_time == settings->hold_time)
		changes->has_hold = false;

	if (changes->has_scope)
		err = check_scope(an, req, group, &settings->scope);
	if (!err && changes->has_source)
		err = check_source(an, req, group, &settings->source);
	if (!err && changes->has_hold && anycast6_origin_entry(group, NULL))
		return ANYCAST6_REFUSE(req, ADDRESS, -EBUSY,
			      "an entry makes this address: set the hold of the entry");
	if (!err)
		err = check_pinning(req, group, &settings->pinning);
	if (!err && (changes->has_scope ||
		     anycast6_announce_is_set(&settings->announce)))
		err = check_announce(an, req, group, settings);
	return err;
}

static int set_address(struct anycast6_net *an,
		       const struct anycast6_request *req,
		       const struct anycast6_settings *settings)
{
	struct anycast6_settings changes;
	struct anycast6_source *source;
	struct anycast6_group *group;
	struct anycast6_place place;
	bool announced;
	int err, repinned;

	err = anycast6_find_group(an, req, &place, &group);
	if (!err)
		err = check_group(an, req, group, settings, &changes);
	if (err)
		return err;
	source = anycast6_source_create(&changes.source);
	if (IS_ERR(source))
		return PTR_ERR(source);
	repinned = anycast6_pinning_set(&group->pinning, &settings->pinning);
	if (repinned < 0) {
		anycast6_source_put(source);
		return repinned;
	}

	if (changes.has_scope)
		anycast6_group_set_scope(an, group, &changes.scope);
	if (changes.has_source)
		anycast6_group_change_source(an, group, source);
	anycast6_source_put(source);
	announced = anycast6_announce_set(&group->published.option,
					  &settings->announce);
	if (changes.has_hold)
		WRITE_ONCE(group->hold_time, changes.hold_time);
	if (!changes.has_scope && !changes.has_source && !changes.has_hold &&
	    !announced && !repinned)
		return 0;
	if (changes.has_scope || changes.has_hold || announced)
		anycast6_address_reconcile(an, group);
	anycast6_net_changed(an);
	anycast6_notify_group(an, ANYCAST6_CMD_CHANGED, group);
	return 0;
}

static int set_entry_source(struct anycast6_net *an,
			    const struct anycast6_request *req,
			    struct anycast6_entry *entry,
			    const struct anycast6_source_option *option)
{
	struct anycast6_source *source;
	int err;

	if (anycast6_source_is(source_in(an, entry->source), option))
		return 0;
	if (option->mode == ANYCAST6_SOURCE_MODE_ADDRESS) {
		err = check_address(an, req, &option->addr,
				    vrf_of(an, entry->link->ifindex), 0);
		if (err)
			return err;
	}

	source = anycast6_source_create(option);
	if (IS_ERR(source))
		return PTR_ERR(source);
	anycast6_entry_set_source(an, entry, source);
	anycast6_source_put(source);
	return 0;
}

/* Sets what can't be refused any more: announcement and hold time. */
static void settle_entry(struct anycast6_net *an, struct anycast6_entry *entry,
			 const struct anycast6_settings *settings)
{
	bool changed = anycast6_announce_set(&entry->announce,
					     &settings->announce);
	struct anycast6_member *member;

	if (settings->has_hold && entry->hold_time != settings->hold_time) {
		WRITE_ONCE(entry->hold_time, settings->hold_time);
		changed = true;
	}
	if (!changed)
		return;
	anycast6_net_changed(an);
	anycast6_notify_entry(an, ANYCAST6_CMD_CHANGED, entry);
	list_for_each_entry(member, &entry->members, of_entry)
		anycast6_mark_group(an, member->group);
	anycast6_reconcile(an);
}

static int set_entry(struct anycast6_net *an,
		     const struct anycast6_request *req,
		     const struct anycast6_settings *settings)
{
	struct anycast6_entry *entry;
	int err;

	err = anycast6_find_existing_entry(an, req, &entry);
	if (err)
		return err;
	if (settings->has_scope)
		return ANYCAST6_REFUSE(req, SCOPE, -EINVAL,
			      "the scope of an address that an entry makes is its prefix");
	if (anycast6_pinning_is_set(&settings->pinning))
		return ANYCAST6_REFUSE(req, ORIGIN, -EINVAL,
			      "an entry makes members on this node only: set it for an address");
	err = check_metric(req, settings->announce.metric,
			   vrf_of(an, entry->link->ifindex));
	if (err)
		return err;
	if (settings->has_source)
		err = set_entry_source(an, req, entry, &settings->source);
	if (!err)
		settle_entry(an, entry, settings);
	return err;
}

/**
 * anycast6_set() - change an address, or those that an entry makes
 * @an: the namespace
 * @req: which address or entry
 * @settings: what is set; what is not named stays
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0, or a negative errno, and then nothing has changed; the request's
 * extack says why, but for %-ENOMEM.
 */
int anycast6_set(struct anycast6_net *an,
		 const struct anycast6_request *req,
		 const struct anycast6_settings *settings)
{
	lockdep_assert_held(&an->lock);

	return req->addr ? set_address(an, req, settings) :
			   set_entry(an, req, settings);
}
