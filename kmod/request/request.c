// SPDX-License-Identifier: GPL-2.0
/*
 * What a request names, found and checked, and the sentence for what is wrong
 * with it. Knows attributes only to blame them; changes nothing.
 */
#include <linux/netdevice.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

#include "kernel/link.h"
#include "kernel/local.h"
#include "kernel/own.h"
#include "net.h"
#include "request/request.h"

static bool is_linklocal(const struct anycast6_request *req)
{
	return req->addr && anycast6_addr_is_linklocal(req->addr);
}

static int find_vrf(struct anycast6_net *an, const struct anycast6_request *req)
{
	struct net_device *dev;

	dev = dev_get_by_index_rcu(an->net, req->vrf);
	if (!dev)
		return ANYCAST6_REFUSE(req, VRF, -ENODEV, "no such VRF");
	if (!netif_is_l3_master(dev))
		return ANYCAST6_REFUSE(req, VRF, -EINVAL,
				       "the device is not a VRF");
	return 0;
}

static int find_dev(struct anycast6_net *an, const struct anycast6_request *req,
		    struct anycast6_place *place)
{
	struct net_device *dev;
	u32 vrf;

	dev = dev_get_by_index_rcu(an->net, req->dev);
	if (!dev)
		return ANYCAST6_REFUSE(req, DEV, -ENODEV, "no such device");
	vrf = anycast6_dev_vrf(dev);
	if (req->vrf && req->vrf != vrf)
		return ANYCAST6_REFUSE(req, DEV, -EINVAL,
				       "the device is not in that VRF");
	place->key.domain = vrf;
	if (!anycast6_own_is(dev))
		place->ifindex = req->dev;
	return 0;
}

static int place_address(const struct anycast6_request *req,
			 struct anycast6_place *place)
{
	const char *refusal = anycast6_addr_refusal(req->addr);

	if (refusal) {
		NL_SET_BAD_ATTR(req->extack,
				req->attrs[ANYCAST6_A_ADDR_ADDRESS]);
		req->extack->_msg = refusal;
		return -EINVAL;
	}
	place->key.addr = *req->addr;
	if (!is_linklocal(req))
		return 0;

	if (!place->ifindex)
		return ANYCAST6_REFUSE(req, ADDRESS, -EINVAL,
				       "a link-local address needs a device");
	place->key.domain = place->ifindex;
	return 0;
}

/**
 * anycast6_request_names_member() - whether one member is meant
 * @req: the request, of an address
 *
 * The device of a link-local address is part of its name.
 *
 * Context: any.
 */
bool anycast6_request_names_member(const struct anycast6_request *req)
{
	return req->via || (req->dev && !is_linklocal(req));
}

/**
 * anycast6_request_place() - find where the member that a request names lives
 * @an: the namespace
 * @req: the request
 * @place: result
 *
 * Context: process, under @an->lock.
 * Return: 0, %-ENODEV without its device or VRF, %-EINVAL if these don't go
 * together, or if the address can't be an anycast address.
 */
int anycast6_request_place(struct anycast6_net *an,
			   const struct anycast6_request *req,
			   struct anycast6_place *place)
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
	if (!err && req->addr)
		err = place_address(req, place);
	return err;
}

/* Of the links that a link-local next hop may be on, this node has one. */
static bool is_of_this_node(struct anycast6_net *an,
			    const struct anycast6_request *req,
			    const struct anycast6_key *key)
{
	struct anycast6_key via = {
		.addr = *req->via,
		.domain = anycast6_addr_is_linklocal(req->via) ?
			  req->dev : key->domain,
	};

	return anycast6_local_is_unicast(an, &via) ||
	       anycast6_group_find(an, &via);
}

static int check_link(struct anycast6_net *an,
		      const struct anycast6_request *req)
{
	struct net_device *dev;
	bool nowhere, vrf;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, req->dev);
	nowhere = dev && (anycast6_own_is(dev) ||
			  dev->flags & IFF_LOOPBACK);
	vrf = dev && anycast6_dev_vrf(dev);
	rcu_read_unlock();

	if (nowhere)
		return ANYCAST6_REFUSE(req, DEV, -EINVAL,
				       "that device leads nowhere");
	if (!req->dev && anycast6_addr_is_linklocal(req->via))
		return ANYCAST6_REFUSE(req, VIA, -EINVAL,
				       "a link-local next hop needs a device");
	if (!is_linklocal(req))
		return 0;
	if (!anycast6_addr_is_linklocal(req->via))
		return ANYCAST6_REFUSE(req, VIA, -EINVAL,
				       "a member of a link-local address has one on the same link");
	if (vrf)
		return ANYCAST6_REFUSE(req, VIA, -EOPNOTSUPP,
				       "packets to link-local addresses can't be steered in a VRF");
	return 0;
}

/**
 * anycast6_request_check_via() - check where a remote member is
 * @an: the namespace
 * @req: the request, its place found
 * @key: the address
 * @group: the same, if it is there already, or NULL
 *
 * Context: process, under @an->lock.
 * Return: 0, also for a local member, %-EINVAL, %-EOPNOTSUPP, or %-ERANGE if
 * it is outside of the scope.
 */
int anycast6_request_check_via(struct anycast6_net *an,
			       const struct anycast6_request *req,
			       const struct anycast6_key *key,
			       struct anycast6_group *group)
{
	struct anycast6_prefix scope;
	int err;

	if (!req->via)
		return 0;
	if (!anycast6_addr_is_unicast(req->via))
		return ANYCAST6_REFUSE(req, VIA, -EINVAL,
				       "a remote member is reached through a unicast address");
	if (ipv6_addr_equal(req->via, req->addr))
		return ANYCAST6_REFUSE(req, VIA, -EINVAL,
				       "a member can't be reached through the address itself");
	err = check_link(an, req);
	if (err)
		return err;
	if (is_of_this_node(an, req, key))
		return ANYCAST6_REFUSE(req, VIA, -EINVAL,
				       "this is an address of this node");
	if (!group || anycast6_addr_is_linklocal(req->via))
		return 0;
	anycast6_group_get_scope(group, &scope);
	if (!anycast6_prefix_contains(&scope, req->via))
		return ANYCAST6_REFUSE(req, VIA, -ERANGE,
				       "the member is outside of the address's scope");
	return 0;
}

/**
 * anycast6_request_check_probe() - check that a member can be probed
 * @req: the request
 * @place: where the member lives
 *
 * Of one on this node others say whether it is alive, who are on its link. The
 * prefix that they share may come later.
 *
 * Context: process.
 * Return: 0 or %-EINVAL.
 */
int anycast6_request_check_probe(const struct anycast6_request *req,
				 const struct anycast6_place *place)
{
	if (!req->options.probe || req->via || place->ifindex)
		return 0;
	return ANYCAST6_REFUSE(req, PROBE, -EINVAL,
			       "only remote members are probed, and those that share the link of a member on this node");
}

/* Others on the link probe a member that nobody there looks for. */
static bool is_off_its_link(struct anycast6_net *an,
			    const struct anycast6_request *req)
{
	return req->addr && req->dev && req->options.probe &&
	       !anycast6_local_is_onlink(an, req->addr, req->dev);
}

/**
 * anycast6_request_warn() - say what was done, and yet is not enough
 * @an: the namespace
 * @req: the request
 *
 * Context: any.
 */
void anycast6_request_warn(struct anycast6_net *an,
			   const struct anycast6_request *req)
{
	if (req->via && !READ_ONCE(an->net->ipv6.devconf_all->forwarding))
		NL_SET_ERR_MSG(req->extack,
			       "anycast6: this node does not forward, so others can't reach the member through it (net.ipv6.conf.all.forwarding)");
	else if (!req->via && is_off_its_link(an, req))
		NL_SET_ERR_MSG(req->extack,
			       "anycast6: the address is in no prefix of the device yet: until it is, nobody on the link looks for it");
}

/**
 * anycast6_request_warn_join() - say that a member waits for better times
 * @req: the request, which changed it
 * @err: what anycast6_delivery_mend() said of it, or 0
 *
 * Context: any.
 */
void anycast6_request_warn_join(const struct anycast6_request *req, int err)
{
	if (err)
		NL_SET_ERR_MSG(req->extack,
			       "anycast6: done, but the member is down: the kernel, or net.anycast6.max_joins, refuses the address (reason join)");
}

/* Where all that is named is too much. */
static const struct nlattr *name_of(const struct anycast6_request *req)
{
	return req->attrs[ANYCAST6_A_ADDR_ADDRESS] ? :
	       req->attrs[ANYCAST6_A_ADDR_ORIGIN];
}

/**
 * anycast6_blame_group() - say why an address could not be made
 * @req: the request
 * @err: what anycast6_group_create() said
 *
 * Context: any.
 * Return: @err
 */
int anycast6_blame_group(const struct anycast6_request *req, int err)
{
	if (err == -E2BIG)
		NL_SET_ERR_MSG_ATTR(req->extack, name_of(req),
				    "anycast6: too many addresses (net.anycast6.max_addresses)");
	if (err == -ENODEV)
		return ANYCAST6_REFUSE(req, VRF, err, "no such VRF");
	return err;
}

/**
 * anycast6_blame_member() - say why a member could not be made
 * @req: the request
 * @err: what anycast6_member_create() said
 *
 * Context: any.
 * Return: @err
 */
int anycast6_blame_member(const struct anycast6_request *req, int err)
{
	if (err == -ENOSPC)
		NL_SET_ERR_MSG_ATTR(req->extack, name_of(req),
				    "anycast6: too many members (net.anycast6.max_members)");
	return err;
}

/**
 * anycast6_blame_join() - say why an address could not be held
 * @req: the request
 * @err: what anycast6_delivery_mend() said
 *
 * Context: any.
 * Return: a negative errno, or 0 if the member may wait for better times.
 */
int anycast6_blame_join(const struct anycast6_request *req, int err)
{
	switch (err) {
	case -ENOSPC:
		return ANYCAST6_REFUSE(req, ADDRESS, err,
				       "too many joins (net.anycast6.max_joins)");
	case -EINVAL:
		return ANYCAST6_REFUSE(req, ADDRESS, -EADDRINUSE,
				       "this is a unicast address of this node");
	case -ENETDOWN:
		/* the module's own device, which somebody set down */
		return 0;
	default:
		return ANYCAST6_REFUSE(req, ADDRESS, err,
				       "the kernel refused to join the address");
	}
}
