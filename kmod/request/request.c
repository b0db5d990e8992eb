// SPDX-License-Identifier: GPL-2.0
/*
 * Where the member that a request names lives, what is checked of it, and the
 * messages for what is wrong. Knows attributes only to point the extack at
 * them; changes nothing.
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
 * anycast6_request_names_member() - whether a request names a single member
 * @req: the request, which names an address
 *
 * The device of a link-local address tells which address is meant, so it does
 * not name a member.
 *
 * Context: any.
 * Return: false if the request means the address with all its members.
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
 * Return: 0; %-ENODEV if its device or VRF does not exist; %-EINVAL if the
 * device is in another VRF, or if the address can't be an anycast address. The
 * request's extack says which.
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

/* Whether a remote member would be this node itself: a link-local @via is
 * looked up on the device that is named, any other in the address's domain.
 */
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
 * anycast6_request_check_via() - check where a remote member is reached
 * @an: the namespace
 * @req: the request; anycast6_request_place() accepted it
 * @key: the address and its domain
 * @group: the address if it exists, else NULL
 *
 * Context: process, under @an->lock.
 * Return: 0, also for a local member; %-EINVAL if the member can't be reached
 * like that, %-EOPNOTSUPP for a link-local address in a VRF, %-ERANGE if the
 * member is outside of the address's scope. The request's extack says why.
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
	if (!group)
		return 0;
	anycast6_group_get_scope(group, &scope);
	if (!anycast6_scope_takes(&scope, req->via))
		return ANYCAST6_REFUSE(req, VIA, -ERANGE,
				       "the member is outside of the address's scope");
	return 0;
}

/**
 * anycast6_request_check_probe() - check that a member can be probed
 * @req: the request
 * @place: where the member lives
 *
 * A local member is probed by the other members on its link, so it needs a
 * device. Whether the device has a prefix of the address is not checked: the
 * prefix may come later.
 *
 * Context: process.
 * Return: 0; %-EINVAL for a local member on the module's own device.
 */
int anycast6_request_check_probe(const struct anycast6_request *req,
				 const struct anycast6_place *place)
{
	if (!req->options.probe || req->via || place->ifindex)
		return 0;
	return ANYCAST6_REFUSE(req, PROBE, -EINVAL,
			       "only remote members are probed, and those that share the link of a member on this node");
}

/* Whether others on the link will probe the member though the address is in no
 * prefix of the link, so that no neighbour asks for it.
 */
static bool is_off_its_link(struct anycast6_net *an,
			    const struct anycast6_request *req)
{
	return req->addr && req->dev && req->options.probe &&
	       !anycast6_local_is_onlink(an, req->addr, req->dev);
}

/**
 * anycast6_request_warn() - warn that a member may get no packets
 * @an: the namespace
 * @req: the request, which has been carried out
 *
 * Context: process; @an->lock is not needed.
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
 * anycast6_request_warn_join() - warn that the kernel refuses an address
 * @req: the request, which has been carried out
 * @err: the error of a member that it changed (struct anycast6_member), or 0
 *
 * Context: any.
 */
void anycast6_request_warn_join(const struct anycast6_request *req, int err)
{
	if (err)
		NL_SET_ERR_MSG(req->extack,
			       "anycast6: done, but the member is down: the kernel, or net.anycast6.max_joins, refuses the address (reason join)");
}

/* The attribute to blame for a limit: the address, or how it is derived. */
static const struct nlattr *name_of(const struct anycast6_request *req)
{
	return req->attrs[ANYCAST6_A_ADDR_ADDRESS] ? :
	       req->attrs[ANYCAST6_A_ADDR_ORIGIN];
}

/**
 * anycast6_blame_group() - say why an address could not be made
 * @req: the request
 * @err: what anycast6_group_create() or anycast6_entry_expand() returned
 *
 * Context: any.
 * Return: @err; the request's extack has a message for %-E2BIG and %-ENODEV.
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
 * @err: what anycast6_member_create() or anycast6_entry_expand() returned
 *
 * Context: any.
 * Return: @err; the request's extack has a message for %-ENOSPC only.
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
 * @err: the error of the new member (struct anycast6_member), not 0
 *
 * Context: any.
 * Return: a negative errno, or 0 if the member stays, and waits until the
 * module's own device is up.
 */
int anycast6_blame_join(const struct anycast6_request *req, int err)
{
	switch (err) {
	case -ENOSPC:
		return ANYCAST6_REFUSE(req, ADDRESS, err,
				       "too many joins (net.anycast6.max_joins)");
	case -EINVAL:
		/* ipv6_sock_ac_join(): a link-local one on any device counts */
		return ANYCAST6_REFUSE(req, ADDRESS, -EADDRINUSE,
				       "this is a unicast address of this node");
	case -ENETDOWN:
		/* somebody set the module's own device down */
		return 0;
	default:
		return ANYCAST6_REFUSE(req, ADDRESS, err,
				       "the kernel refused to join the address");
	}
}
