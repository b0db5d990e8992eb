// SPDX-License-Identifier: GPL-2.0
/*
 * Joins in the kernel's own anycast code (net/ipv6/anycast.c), each held by a
 * socket. Knows the kernel's rules for joins, not why a join is wanted.
 */
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>

#include <anycast6_compat.h>

#include "kernel/join.h"
#include "net.h"

/* Joins are spread over sockets: they are charged to a socket's option memory
 * (net.core.optmem_max), and leaving one walks the list of its socket.
 */
#define JOINS_MAX	64

/* No device has this number: to leave a join there ends none on a device. */
#define NO_IFINDEX	INT_MAX

/**
 * anycast6_aca_read() - read what the kernel's anycast code has for an address
 * @an: the namespace
 * @ifindex: interface index of the device
 * @addr: the address, network order
 * @aca: result; no users if the device is gone or has no IPv6
 *
 * Context: process.
 */
void anycast6_aca_read(struct anycast6_net *an, u32 ifindex,
		       const struct in6_addr *addr, struct anycast6_aca *aca)
{
	const struct ifacaddr6 *entry;
	struct inet6_dev *idev;
	struct net_device *dev;

	memset(aca, 0, sizeof(*aca));

	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, ifindex);
	idev = dev ? __in6_dev_get(dev) : NULL;
	if (idev) {
		read_lock_bh(&idev->lock);
		for (entry = anycast6_compat_aca_first(idev); entry;
		     entry = anycast6_compat_aca_next(idev, entry)) {
			if (!ipv6_addr_equal(&entry->aca_addr, addr))
				continue;
			aca->users = entry->aca_users;
			aca->routed =
				rcu_access_pointer(entry->aca_rt->fib6_node);
			break;
		}
		read_unlock_bh(&idev->lock);
	}
	rcu_read_unlock();
}

static struct anycast6_joiner *joiner_create(struct anycast6_net *an)
{
	struct anycast6_joiner *joiner;
	int err;

	joiner = kzalloc(sizeof(*joiner), GFP_KERNEL_ACCOUNT);
	if (!joiner)
		return ERR_PTR(-ENOMEM);

	err = sock_create_kern(an->net, AF_INET6, SOCK_DGRAM, IPPROTO_UDP,
			       &joiner->sock);
	if (err) {
		kfree(joiner);
		return ERR_PTR(err);
	}
	list_add(&joiner->node, &an->joiners);
	return joiner;
}

static void joiner_destroy(struct anycast6_joiner *joiner)
{
	list_del(&joiner->node);
	sock_release(joiner->sock);
	kfree(joiner);
}

static int set_option(struct anycast6_joiner *joiner, int option, u32 ifindex,
		      const struct in6_addr *addr)
{
	struct ipv6_mreq mreq = {
		.ipv6mr_multiaddr = *addr,
		.ipv6mr_ifindex = ifindex,
	};
	struct socket *sock = joiner->sock;

	return sock->ops->setsockopt(sock, SOL_IPV6, option,
				     KERNEL_SOCKPTR(&mreq), sizeof(mreq));
}

/**
 * anycast6_join() - join an address on a device
 * @an: the namespace
 * @ifindex: interface index of the device
 * @addr: the address, network order
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: the socket that holds the join, or an ERR_PTR():
 * %-EADDRNOTAVAIL if the address is not on-link and the device does not
 * forward, %-EINVAL if it is a unicast address of this node, %-ENODEV if the
 * device is gone or has no IPv6, %-ENOMEM.
 */
struct anycast6_joiner *anycast6_join(struct anycast6_net *an, u32 ifindex,
				      const struct in6_addr *addr)
{
	struct anycast6_joiner *joiner;
	int err;

	lockdep_assert_held(&an->lock);

	joiner = list_first_entry_or_null(&an->joiners, struct anycast6_joiner,
					  node);
	if (!joiner || joiner->joins == JOINS_MAX) {
		joiner = joiner_create(an);
		if (IS_ERR(joiner))
			return joiner;
	}

	err = set_option(joiner, IPV6_JOIN_ANYCAST, ifindex, addr);
	if (err) {
		if (!joiner->joins)
			joiner_destroy(joiner);
		return ERR_PTR(err);
	}

	an->used.joins++;
	if (++joiner->joins == JOINS_MAX)
		list_move_tail(&joiner->node, &an->joiners);
	return joiner;
}

/**
 * anycast6_leave() - end a join
 * @an: the namespace
 * @joiner: what anycast6_join() returned; freed with its last join
 * @ifindex: interface index of the device
 * @addr: the address, network order
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_leave(struct anycast6_net *an, struct anycast6_joiner *joiner,
		    u32 ifindex, const struct in6_addr *addr)
{
	lockdep_assert_held(&an->lock);

	/* This fails if the kernel dropped the join with the device, but the
	 * socket's own list is without it either way.
	 */
	set_option(joiner, IPV6_LEAVE_ANYCAST, ifindex, addr);

	an->used.joins--;
	list_move(&joiner->node, &an->joiners);
	if (!--joiner->joins)
		joiner_destroy(joiner);
}

/**
 * anycast6_join_forget() - end a join that the kernel has dropped already
 * @an: the namespace
 * @joiner: what anycast6_join() returned; freed with its last join
 * @ifindex: interface index of the device
 * @addr: the address, network order
 *
 * When IPv6 leaves a device, the kernel drops all joins on it
 * (ipv6_ac_destroy_dev()), but sockets still list theirs. To leave such a join
 * after IPv6 has come back would end somebody else's. So it is moved to no
 * device first.
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_join_forget(struct anycast6_net *an,
			  struct anycast6_joiner *joiner, u32 ifindex,
			  const struct in6_addr *addr)
{
	struct ipv6_ac_socklist *pac;

	rtnl_lock();
	for (pac = inet6_sk(joiner->sock->sk)->ipv6_ac_list; pac;
	     pac = pac->acl_next) {
		if (pac->acl_ifindex == ifindex &&
		    ipv6_addr_equal(&pac->acl_addr, addr)) {
			pac->acl_ifindex = NO_IFINDEX;
			break;
		}
	}
	rtnl_unlock();

	anycast6_leave(an, joiner, NO_IFINDEX, addr);
}

/**
 * anycast6_joiners_close() - warn if a join is left
 * @an: the namespace, without members
 *
 * Context: process, under @an->lock.
 */
void anycast6_joiners_close(struct anycast6_net *an)
{
	lockdep_assert_held(&an->lock);
	WARN_ON_ONCE(an->used.joins || !list_empty(&an->joiners));
}
