// SPDX-License-Identifier: GPL-2.0
/*
 * The verbs of the configuration: what each means, and what is refused. A
 * refusal changes nothing. Knows attributes only to blame them.
 */
#include <linux/netdevice.h>
#include <net/l3mdev.h>
#include <net/netlink.h>

#include <uapi/linux/anycast6.h>

#include "config.h"
#include "device.h"
#include "domain.h"
#include "entry.h"
#include "events.h"
#include "filter.h"
#include "group.h"
#include "link.h"
#include "member.h"
#include "net.h"
#include "notify.h"
#include "reconcile.h"

/* Blames attribute @_attr of request @_req with @_msg; evaluates to @_err. */
#define REFUSE(_req, _attr, _err, _msg) ({				\
	NL_SET_ERR_MSG_ATTR((_req)->extack,				\
			    (_req)->attrs[ANYCAST6_A_ADDR_##_attr],	\
			    "anycast6: " _msg);				\
	(_err);								\
})

static const struct anycast6_prefix anywhere;

static bool is_linklocal(const struct anycast6_request *req)
{
	return req->addr && anycast6_addr_is_linklocal(req->addr);
}

/**
 * struct place - where the member that a request names lives
 * @key: its address; without @addr for an entry
 * @ifindex: interface index of its device, 0 if that is the module's own
 */
struct place {
	struct anycast6_key key;
	u32 ifindex;
};

static int find_vrf(struct anycast6_net *an, const struct anycast6_request *req)
{
	struct net_device *dev;

	dev = dev_get_by_index_rcu(an->net, req->vrf);
	if (!dev)
		return REFUSE(req, VRF, -ENODEV, "no such VRF");
	if (!netif_is_l3_master(dev))
		return REFUSE(req, VRF, -EINVAL, "the device is not a VRF");
	return 0;
}

static int find_dev(struct anycast6_net *an, const struct anycast6_request *req,
		    struct place *place)
{
	struct net_device *dev;
	u32 vrf;

	dev = dev_get_by_index_rcu(an->net, req->dev);
	if (!dev)
		return REFUSE(req, DEV, -ENODEV, "no such device");
	vrf = anycast6_dev_vrf(dev);
	if (req->vrf && req->vrf != vrf)
		return REFUSE(req, DEV, -EINVAL,
			      "the device is not in that VRF");
	place->key.domain = vrf;
	if (!anycast6_device_is_own(dev))
		place->ifindex = req->dev;
	return 0;
}

static int find_place(struct anycast6_net *an,
		      const struct anycast6_request *req, struct place *place)
{
	int err = 0;

	memset(place, 0, sizeof(*place));
	place->key.domain = req->vrf;

	rcu_read_lock();
	if (req->vrf)
		err = find_vrf(an, req);
	if (!err && req->dev)
		err = find_dev(an, req, place);
	rcu_read_unlock();
	if (err || !req->addr)
		return err;

	place->key.addr = *req->addr;
	if (is_linklocal(req)) {
		if (!place->ifindex)
			return REFUSE(req, ADDRESS, -EINVAL,
				      "a link-local address needs a device");
		place->key.domain = place->ifindex;
	}
	return 0;
}

static int check_address(struct anycast6_net *an,
			 const struct anycast6_request *req,
			 const struct place *place)
{
	const char *refusal = anycast6_addr_refusal(req->addr);

	if (refusal) {
		NL_SET_BAD_ATTR(req->extack,
				req->attrs[ANYCAST6_A_ADDR_ADDRESS]);
		req->extack->_msg = refusal;
		return -EINVAL;
	}
	if (anycast6_reconcile_is_unicast(an, &place->key))
		return REFUSE(req, ADDRESS, -EADDRINUSE,
			      "this is a unicast address of this node");
	return 0;
}

static int blame_group(const struct anycast6_request *req, int err)
{
	if (err == -E2BIG)
		return REFUSE(req, ADDRESS, err,
			      "too many addresses (net.anycast6.max_addresses)");
	if (err == -ENODEV)
		return REFUSE(req, VRF, err, "no such VRF");
	return err;
}

static int blame_member(const struct anycast6_request *req, int err)
{
	if (err == -ENOSPC)
		return REFUSE(req, ADDRESS, err,
			      "too many members (net.anycast6.max_members)");
	return err;
}

static int blame_join(const struct anycast6_request *req, int err)
{
	switch (err) {
	case -ENOSPC:
		return REFUSE(req, ADDRESS, err,
			      "too many joins (net.anycast6.max_joins)");
	case -EINVAL:
		return REFUSE(req, ADDRESS, -EADDRINUSE,
			      "this is a unicast address of this node");
	case -ENETDOWN:
		/* it waits for the module's own device */
		return 0;
	default:
		return REFUSE(req, ADDRESS, err,
			      "the kernel refused to join the address");
	}
}

static u32 member_ifindex(const struct anycast6_group *group,
			  const struct place *place)
{
	return place->ifindex ? : group->domain->link->ifindex;
}

static struct anycast6_member *
create_member(struct anycast6_net *an, const struct anycast6_request *req,
	      struct anycast6_group *group, const struct place *place)
{
	struct anycast6_member *member;
	struct anycast6_link *link;

	link = anycast6_link_get(an, member_ifindex(group, place),
				 GFP_KERNEL_ACCOUNT);
	if (IS_ERR(link))
		return ERR_CAST(link);
	member = anycast6_member_create(an, group, link, NULL);
	anycast6_link_put(an, link);
	if (IS_ERR(member))
		return ERR_PTR(blame_member(req, PTR_ERR(member)));
	return member;
}

static int settle(struct anycast6_net *an, const struct anycast6_request *req,
		  struct anycast6_member *member)
{
	int err;

	anycast6_reconcile_group(an, member->group);
	if (member->error) {
		err = blame_join(req, member->error);
		if (err)
			return err;
	}

	/* Without following routes it works; the work tries again. */
	err = anycast6_events_listen(an);
	if (err && !an->hooked)
		return err;
	if (err)
		anycast6_mark_group(an, member->group);

	anycast6_member_announce(an, member);
	return 0;
}

static int add_member(struct anycast6_net *an,
		      const struct anycast6_request *req,
		      struct anycast6_group *group, const struct place *place)
{
	struct anycast6_member *member;
	int err;

	if (!group) {
		group = anycast6_group_create(an, &place->key, &anywhere);
		if (IS_ERR(group))
			return blame_group(req, PTR_ERR(group));
	}

	member = create_member(an, req, group, place);
	if (IS_ERR(member)) {
		if (list_empty(&group->members))
			anycast6_group_destroy(an, group);
		return PTR_ERR(member);
	}
	err = settle(an, req, member);
	if (err) {
		anycast6_member_destroy(an, member);
		anycast6_events_listen(an);
	}
	return err;
}

static int add_address(struct anycast6_net *an,
		       const struct anycast6_request *req,
		       enum anycast6_mode mode)
{
	struct anycast6_member *member = NULL;
	struct anycast6_group *group;
	struct place place;
	int err;

	err = find_place(an, req, &place);
	if (!err)
		err = check_address(an, req, &place);
	if (err)
		return err;

	group = anycast6_group_find(an, &place.key);
	if (group)
		member = anycast6_member_find(an, group,
					      member_ifindex(group, &place));
	if (!member && mode == ANYCAST6_CHANGE)
		return REFUSE(req, ADDRESS, -ENOENT, "no such member");
	if (!member)
		return add_member(an, req, group, &place);
	if (mode == ANYCAST6_ADD)
		return REFUSE(req, ADDRESS, -EEXIST,
			      "the address has this member already");
	if (mode == ANYCAST6_REPLACE)
		anycast6_member_make_static(an, member);
	return 0;
}

static int find_entry(struct anycast6_net *an,
		      const struct anycast6_request *req,
		      struct anycast6_entry **entry)
{
	struct place place;
	int err;

	err = find_place(an, req, &place);
	if (err)
		return err;
	if (!place.ifindex)
		return REFUSE(req, DEV, -EINVAL,
			      "subnet-router and reserved need a device with prefixes");
	*entry = anycast6_entry_find(an, req->dev, req->origin, req->id);
	return 0;
}

static int add_entry(struct anycast6_net *an,
		     const struct anycast6_request *req,
		     enum anycast6_mode mode)
{
	struct anycast6_entry *entry;
	struct anycast6_link *link;
	int err;

	err = find_entry(an, req, &entry);
	if (err)
		return err;
	if (!entry && mode == ANYCAST6_CHANGE)
		return REFUSE(req, ORIGIN, -ENOENT, "no such entry");
	if (entry && mode == ANYCAST6_ADD)
		return REFUSE(req, ORIGIN, -EEXIST,
			      "the device has this entry already");
	if (entry)
		return 0;

	link = anycast6_link_get(an, req->dev, GFP_KERNEL_ACCOUNT);
	if (IS_ERR(link))
		return PTR_ERR(link);
	entry = anycast6_entry_create(an, link, req->origin, req->id);
	anycast6_link_put(an, link);
	if (IS_ERR(entry))
		return PTR_ERR(entry);
	anycast6_notify_entry(an, ANYCAST6_CMD_ADDED, entry);

	err = anycast6_entry_expand(an, entry);
	if (!err)
		err = anycast6_events_listen(an);
	if (err && !(err == -EBUSY && an->hooked)) {
		anycast6_entry_destroy(an, entry);
		anycast6_events_listen(an);
		return err == -E2BIG ? blame_group(req, err) :
				       blame_member(req, err);
	}
	return 0;
}

/**
 * anycast6_config_add() - add, change or replace a member or an entry
 * @an: the namespace
 * @req: which one
 * @mode: ANYCAST6_ADD refuses one that exists, ANYCAST6_CHANGE one that does
 *        not, ANYCAST6_REPLACE neither
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0 once packets are delivered, or a negative errno with its reason in
 * the request's extack.
 */
int anycast6_config_add(struct anycast6_net *an,
			const struct anycast6_request *req,
			enum anycast6_mode mode)
{
	lockdep_assert_held(&an->lock);

	return req->addr ? add_address(an, req, mode) :
			   add_entry(an, req, mode);
}

static bool has_entries(struct anycast6_net *an,
			const struct anycast6_group *group)
{
	struct anycast6_member *member;

	list_for_each_entry(member, &group->members, node)
		if (anycast6_member_entry(an, member))
			return true;
	return false;
}

/* An entry may have stood back for what is deleted. */
static void delete_member(struct anycast6_net *an,
			  struct anycast6_member *member)
{
	anycast6_mark_link(an, member->link);
	anycast6_member_destroy(an, member);
}

static void delete_members(struct anycast6_net *an,
			   struct anycast6_group *group)
{
	struct anycast6_member *member, *next;
	bool last;

	/* the address goes with its last member */
	list_for_each_entry_safe(member, next, &group->members, node) {
		last = list_is_last(&member->node, &group->members);
		delete_member(an, member);
		if (last)
			break;
	}
}

static int find_group(struct anycast6_net *an,
		      const struct anycast6_request *req, struct place *place,
		      struct anycast6_group **group)
{
	int err;

	err = find_place(an, req, place);
	if (err)
		return err;
	*group = anycast6_group_find(an, &place->key);
	if (!*group)
		return REFUSE(req, ADDRESS, -ENOENT,
			      "no such anycast address is configured");
	return 0;
}

static int delete_address(struct anycast6_net *an,
			  const struct anycast6_request *req)
{
	struct anycast6_member *member;
	struct anycast6_group *group;
	struct place place;
	int err;

	err = find_group(an, req, &place, &group);
	if (err)
		return err;

	if (!req->dev || is_linklocal(req)) {
		if (has_entries(an, group))
			return REFUSE(req, ADDRESS, -EBUSY,
				      "a subnet-router or reserved entry makes this address");
		delete_members(an, group);
		return 0;
	}

	member = anycast6_member_find(an, group,
				      member_ifindex(group, &place));
	if (!member)
		return REFUSE(req, DEV, -ENOENT,
			      "the address has no such member");
	if (anycast6_member_entry(an, member))
		return REFUSE(req, DEV, -EBUSY,
			      "a subnet-router or reserved entry makes this member");
	delete_member(an, member);
	return 0;
}

static int delete_entry(struct anycast6_net *an,
			const struct anycast6_request *req)
{
	struct anycast6_entry *entry;
	int err;

	err = find_entry(an, req, &entry);
	if (err)
		return err;
	if (!entry)
		return REFUSE(req, ORIGIN, -ENOENT, "no such entry");
	anycast6_entry_destroy(an, entry);
	return 0;
}

/**
 * anycast6_config_del() - delete a member, an address or an entry
 * @an: the namespace
 * @req: which one; an address without a device goes with all its members
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0 once it is gone, or a negative errno with its reason in the
 * request's extack.
 */
int anycast6_config_del(struct anycast6_net *an,
			const struct anycast6_request *req)
{
	int err;

	lockdep_assert_held(&an->lock);

	err = req->addr ? delete_address(an, req) : delete_entry(an, req);
	if (!err)
		anycast6_events_listen(an);
	return err;
}

/**
 * anycast6_config_set_scope() - say where the members of an address live
 * @an: the namespace
 * @req: which address
 * @scope: RFC 4291 section 2.6's P
 *
 * Context: process, under @an->lock.
 * Return: 0, or a negative errno with its reason in the request's extack.
 */
int anycast6_config_set_scope(struct anycast6_net *an,
			      const struct anycast6_request *req,
			      const struct anycast6_prefix *scope)
{
	struct anycast6_group *group;
	struct place place;
	int err;

	lockdep_assert_held(&an->lock);

	err = find_group(an, req, &place, &group);
	if (err)
		return err;
	if (has_entries(an, group))
		return REFUSE(req, ADDRESS, -EBUSY,
			      "the scope of an address that an entry makes is its prefix");
	if (!anycast6_prefix_contains(scope, req->addr))
		return REFUSE(req, SCOPE, -ERANGE,
			      "the address is outside that scope");

	anycast6_group_set_scope(an, group, scope);
	anycast6_net_changed(an);
	anycast6_notify_group(an, ANYCAST6_CMD_CHANGED, group);
	return 0;
}

static void flush_group(struct anycast6_net *an, struct anycast6_group *group,
			const struct anycast6_filter *filter)
{
	struct anycast6_member *member, *next;
	bool last;

	list_for_each_entry_safe(member, next, &group->members, node) {
		last = list_is_last(&member->node, &group->members);
		if (!anycast6_member_entry(an, member) &&
		    anycast6_filter_member(filter, member))
			delete_member(an, member);
		if (last)
			break;
	}
}

/**
 * anycast6_config_flush() - delete what was configured
 * @an: the namespace
 * @filter: of which, what passes this
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_config_flush(struct anycast6_net *an,
			   const struct anycast6_filter *filter)
{
	struct anycast6_entry *entry, *next;
	struct anycast6_group *group;
	unsigned long id;

	lockdep_assert_held(&an->lock);

	list_for_each_entry_safe(entry, next, &an->entries, node)
		if (anycast6_filter_entry(filter, entry))
			anycast6_entry_destroy(an, entry);
	xa_for_each(&an->ids, id, group)
		if (anycast6_filter_group(filter, group))
			flush_group(an, group, filter);
	anycast6_events_listen(an);
}

/**
 * anycast6_config_clear() - delete all
 * @an: the namespace
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_config_clear(struct anycast6_net *an)
{
	static const struct anycast6_filter everything = {
		.origin = -1,
		.state = -1,
	};

	anycast6_config_flush(an, &everything);
}
