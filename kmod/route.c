// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to rtnetlink, which is how a module reaches routes and masters.
 * Knows the messages, not why a route is wanted.
 */
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/l3mdev.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "net.h"
#include "route.h"

/* Room for the largest request below, and for the answer, which quotes it. */
#define REQUEST_SIZE	128
#define ANSWER_SIZE	(NLMSG_HDRLEN + sizeof(struct nlmsgerr) + REQUEST_SIZE)

/* Never that of a route of the kernel's own in the table, which is 0: so none
 * of those is taken for ours.
 */
#define ROUTE_METRIC	1024

static int open_socket(struct anycast6_net *an)
{
	if (an->rtnl)
		return 0;
	return sock_create_kern(an->net, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE,
				&an->rtnl);
}

static int read_answer(struct anycast6_net *an)
{
	u8 answer[ANSWER_SIZE] __aligned(NLMSG_ALIGNTO);
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)answer;
	struct kvec iov = { .iov_base = answer, .iov_len = sizeof(answer) };
	struct msghdr msg = {};
	int len;

	/* rtnetlink has answered before the request's sendmsg returns */
	len = kernel_recvmsg(an->rtnl, &msg, &iov, 1, sizeof(answer),
			     MSG_DONTWAIT);
	if (len < 0)
		return len;
	if (len < nlmsg_msg_size(sizeof(int)) || nlh->nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return ((const struct nlmsgerr *)nlmsg_data(nlh))->error;
}

/* Consumes @skb, which holds one whole request. */
static int request(struct anycast6_net *an, struct sk_buff *skb)
{
	/* netlink checks the sender's rights by the name */
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr msg = {
		.msg_name = &kernel,
		.msg_namelen = sizeof(kernel),
	};
	struct kvec iov = { .iov_base = skb->data, .iov_len = skb->len };
	int err;

	lockdep_assert_held(&an->lock);

	err = open_socket(an);
	if (!err) {
		err = kernel_sendmsg(an->rtnl, &msg, &iov, 1, skb->len);
		if (err >= 0)
			err = read_answer(an);
	}
	kfree_skb(skb);
	return err;
}

static u32 local_table(struct anycast6_net *an, u32 ifindex)
{
	struct net_device *dev;
	u32 table = 0;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, ifindex);
	if (dev)
		table = l3mdev_fib_table_rcu(dev);
	rcu_read_unlock();
	return table ? : RT_TABLE_LOCAL;
}

static int route_request(struct anycast6_net *an, int type, int flags,
			 const struct anycast6_route *route)
{
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;
	struct sk_buff *skb;

	skb = nlmsg_new(REQUEST_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;

	nlh = nlmsg_put(skb, 0, 0, type, sizeof(*rtm),
			NLM_F_REQUEST | NLM_F_ACK | flags);
	rtm = nlmsg_data(nlh);
	memset(rtm, 0, sizeof(*rtm));
	rtm->rtm_family = AF_INET6;
	rtm->rtm_dst_len = 128;
	rtm->rtm_protocol = RTPROT_KERNEL;
	rtm->rtm_type = route->type;
	if (nla_put_in6_addr(skb, RTA_DST, &route->addr) ||
	    nla_put_u32(skb, RTA_OIF, route->ifindex) ||
	    nla_put_u32(skb, RTA_PRIORITY, ROUTE_METRIC) ||
	    nla_put_u32(skb, RTA_TABLE, local_table(an, route->ifindex))) {
		kfree_skb(skb);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, nlh);
	return request(an, skb);
}

/**
 * anycast6_route_add() - see to it that a route is there
 * @an: the namespace
 * @route: the route
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0, also if it was there, or a negative errno.
 */
int anycast6_route_add(struct anycast6_net *an,
		       const struct anycast6_route *route)
{
	int err = route_request(an, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
				route);

	return err == -EEXIST ? 0 : err;
}

/**
 * anycast6_route_del() - delete a route that anycast6_route_add() made
 * @an: the namespace
 * @route: the route
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: 0, %-ESRCH if it was not there, or another negative errno.
 */
int anycast6_route_del(struct anycast6_net *an,
		       const struct anycast6_route *route)
{
	return route_request(an, RTM_DELROUTE, 0, route);
}

/**
 * anycast6_route_set_master() - put a device in a VRF, or in none
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
	return request(an, skb);
}

/**
 * anycast6_route_close() - give up the socket
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
