// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to rtnetlink, by which modules can change routes and a device's VRF:
 * the functions behind it are not exported. Knows the messages, not why a route
 * is wanted.
 */
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/l3mdev.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "kernel/route.h"
#include "net.h"

/* Room for the largest request below, and for the answer, which quotes it. */
#define REQUEST_SIZE	128
#define ANSWER_SIZE	(NLMSG_HDRLEN + sizeof(struct nlmsgerr) + REQUEST_SIZE)

/* Metric of what takes the place of a route for a moment. */
#define STAND_IN_METRIC	(ANYCAST6_ROUTE_METRIC + 1)

static int open_socket(struct anycast6_net *an)
{
	if (an->rtnl)
		return 0;
	return sock_create_kern(an->net, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE,
				&an->rtnl);
}

/* @seq: result: number of the request that is answered */
static int read_answer(struct anycast6_net *an, u32 *seq)
{
	u8 answer[ANSWER_SIZE] __aligned(NLMSG_ALIGNTO);
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)answer;
	struct kvec iov = { .iov_base = answer, .iov_len = sizeof(answer) };
	struct msghdr msg = {};
	int len;

	/* rtnetlink has answered before kernel_sendmsg() returns */
	len = kernel_recvmsg(an->rtnl, &msg, &iov, 1, sizeof(answer),
			     MSG_DONTWAIT);
	if (len < 0)
		return len;
	if (len < nlmsg_msg_size(sizeof(int)) || nlh->nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	*seq = nlh->nlmsg_seq;
	return ((const struct nlmsgerr *)nlmsg_data(nlh))->error;
}

static int send_request(struct anycast6_net *an, const struct sk_buff *skb)
{
	/* a named destination sets NETLINK_SKB_DST: else netlink would check
	 * the rights of the socket's file, and this socket has none
	 */
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr msg = {
		.msg_name = &kernel,
		.msg_namelen = sizeof(kernel),
	};
	struct kvec iov = { .iov_base = skb->data, .iov_len = skb->len };
	int err;

	lockdep_assert_held(&an->lock);

	err = open_socket(an);
	if (err)
		return err;
	err = kernel_sendmsg(an->rtnl, &msg, &iov, 1, skb->len);
	return min(err, 0);
}

/* Consumes @skb, which has one request. */
static int send_and_read(struct anycast6_net *an, struct sk_buff *skb)
{
	int err = send_request(an, skb);
	u32 seq;

	if (!err)
		err = read_answer(an, &seq);
	kfree_skb(skb);
	return err;
}

/**
 * anycast6_route_table() - the routing table for a device
 * @an: the namespace
 * @ifindex: interface index of the device
 * @table: number of the table for devices outside VRFs
 *
 * Context: any.
 * Return: number of the table of the device's VRF, or @table.
 */
u32 anycast6_route_table(struct anycast6_net *an, u32 ifindex, u32 table)
{
	struct net_device *dev;
	u32 vrf = 0;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, ifindex);
	if (dev)
		vrf = l3mdev_fib_table_rcu(dev);
	rcu_read_unlock();
	return vrf ? : table;
}

static int put_mtu(struct sk_buff *skb, u32 mtu)
{
	struct nlattr *metrics = nla_nest_start_noflag(skb, RTA_METRICS);

	if (!metrics || nla_put_u32(skb, RTAX_MTU, mtu))
		return -EMSGSIZE;
	nla_nest_end(skb, metrics);
	return 0;
}

/* Without NLM_F_EXCL a route to the same prefix on another device is not in the
 * way; without NLM_F_REPLACE, which would take the first route of the same
 * metric whosever it is, it stays. Only routes of the same protocol are deleted.
 */
static int put_change(struct sk_buff *skb, u32 seq,
		      const struct anycast6_route_change *change)
{
	int flags = NLM_F_REQUEST | NLM_F_ACK;
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;

	if (change->add)
		flags |= NLM_F_CREATE;
	nlh = nlmsg_put(skb, 0, seq, change->add ? RTM_NEWROUTE : RTM_DELROUTE,
			sizeof(*rtm), flags);
	if (!nlh)
		return -EMSGSIZE;
	rtm = nlmsg_data(nlh);
	memset(rtm, 0, sizeof(*rtm));
	rtm->rtm_family = AF_INET6;
	rtm->rtm_dst_len = change->len;
	rtm->rtm_protocol = change->protocol;
	rtm->rtm_type = change->type;
	if (nla_put_in6_addr(skb, RTA_DST, &change->addr) ||
	    (change->ifindex &&
	     nla_put_u32(skb, RTA_OIF, change->ifindex)) ||
	    nla_put_u32(skb, RTA_PRIORITY, change->metric) ||
	    nla_put_u32(skb, RTA_TABLE, change->table) ||
	    (change->add && change->mtu && put_mtu(skb, change->mtu)))
		return -EMSGSIZE;
	nlmsg_end(skb, nlh);
	return 0;
}

static int change_one(struct anycast6_net *an, bool add,
		      const struct anycast6_route *route, u32 metric)
{
	const struct anycast6_route_change change = {
		.add = add,
		.type = route->type,
		.len = 128,
		.protocol = RTPROT_KERNEL,
		.addr = route->addr,
		.ifindex = route->ifindex,
		.table = anycast6_route_table(an, route->ifindex,
					      RT_TABLE_LOCAL),
		.metric = metric,
		.mtu = route->mtu,
	};
	struct sk_buff *skb = nlmsg_new(REQUEST_SIZE, GFP_KERNEL);
	int err;

	if (!skb)
		return -ENOMEM;
	err = put_change(skb, 0, &change);
	if (err) {
		kfree_skb(skb);
		return err;
	}
	return send_and_read(an, skb);
}

/* The caller has set all results to -ENOBUFS, which stays where an answer is
 * lost.
 */
static void read_answers(struct anycast6_net *an,
			 struct anycast6_route_change *changes, unsigned int n)
{
	unsigned int left;
	u32 seq;
	int err;

	/* one more: that answers were lost is told by a read of its own */
	for (left = n + 1; left; left--) {
		seq = n;
		err = read_answer(an, &seq);
		if (seq < n)
			changes[seq].err = err;
		else if (err == -EAGAIN)
			break;
	}
}

/**
 * anycast6_routes_change() - change several routes by one message
 * @an: the namespace
 * @changes: the changes, made in this order; each gets its result in err
 * @n: how many there are, at most %ANYCAST6_ROUTE_CHANGES
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_routes_change(struct anycast6_net *an,
			    struct anycast6_route_change *changes,
			    unsigned int n)
{
	struct sk_buff *skb = nlmsg_new(n * REQUEST_SIZE, GFP_KERNEL);
	int err = skb ? 0 : -ENOMEM;
	unsigned int i;

	for (i = 0; i < n && !err; i++)
		err = put_change(skb, i, &changes[i]);
	if (!err)
		err = send_request(an, skb);
	kfree_skb(skb);
	for (i = 0; i < n; i++)
		changes[i].err = err ? : -ENOBUFS;
	if (!err)
		read_answers(an, changes, n);
}

/**
 * anycast6_route_add() - add a route, if it is not there
 * @an: the namespace
 * @route: the route
 *
 * A route of another type to the same address on the same device, with
 * %ANYCAST6_ROUTE_METRIC, counts as this one.
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0, also if the route was there, or a negative errno.
 */
int anycast6_route_add(struct anycast6_net *an,
		       const struct anycast6_route *route)
{
	int err = change_one(an, true, route, ANYCAST6_ROUTE_METRIC);

	return err == -EEXIST ? 0 : err;
}

/**
 * anycast6_route_replace() - change the MTU of a route that
 * anycast6_route_add() made
 * @an: the namespace
 * @route: the route, with its new MTU
 *
 * Routes of others to the same address stay as they are. Meanwhile another
 * route does the same, so that at no time there is none.
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0, also if the route was not there, or a negative errno: the route may
 * be gone.
 */
int anycast6_route_replace(struct anycast6_net *an,
			   const struct anycast6_route *route)
{
	bool stands_in;
	int err;

	err = change_one(an, true, route, STAND_IN_METRIC);
	if (err && err != -EEXIST)
		return err;
	/* else somebody has such a route, and it is his */
	stands_in = !err;
	change_one(an, false, route, ANYCAST6_ROUTE_METRIC);
	err = anycast6_route_add(an, route);
	if (stands_in)
		change_one(an, false, route, STAND_IN_METRIC);
	return err;
}

/**
 * anycast6_route_del() - delete a route that anycast6_route_add() made
 * @an: the namespace
 * @route: the route
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0, %-ESRCH if the route was not there, or another negative errno.
 */
int anycast6_route_del(struct anycast6_net *an,
		       const struct anycast6_route *route)
{
	return change_one(an, false, route, ANYCAST6_ROUTE_METRIC);
}

/**
 * anycast6_route_set_master() - move a device into a VRF, or out of it
 * @an: the namespace
 * @ifindex: interface index of the device
 * @master: interface index of the VRF, or 0
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0 or a negative errno.
 */
int anycast6_route_set_master(struct anycast6_net *an, u32 ifindex, u32 master)
{
	struct ifinfomsg *ifm;
	struct nlmsghdr *nlh;
	struct sk_buff *skb;

	skb = nlmsg_new(REQUEST_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;

	nlh = nlmsg_put(skb, 0, 0, RTM_SETLINK, sizeof(*ifm),
			NLM_F_REQUEST | NLM_F_ACK);
	ifm = nlmsg_data(nlh);
	memset(ifm, 0, sizeof(*ifm));
	ifm->ifi_index = ifindex;
	if (nla_put_u32(skb, IFLA_MASTER, master)) {
		kfree_skb(skb);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, nlh);
	return send_and_read(an, skb);
}

/**
 * anycast6_route_close() - close the socket to rtnetlink
 * @an: the namespace
 *
 * Context: process, under @an->lock.
 */
void anycast6_route_close(struct anycast6_net *an)
{
	lockdep_assert_held(&an->lock);

	if (an->rtnl)
		sock_release(an->rtnl);
	an->rtnl = NULL;
}
