/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernels this module runs on do in different ways, under one name.
 * compat/Makefile finds out from the headers which way it is.
 */
#ifndef ANYCAST6_COMPAT_H
#define ANYCAST6_COMPAT_H

#include <linux/lockdep.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/if_inet6.h>
#include <net/inet_sock.h>
#include <net/ip6_fib.h>
#include <net/net_namespace.h>
#include <net/udp.h>
#include <net/udplite.h>
#include <net/xfrm.h>

/* A device without a lock of its own for sending, that stays in its namespace:
 * these were feature bits before 6.12, and the second was renamed since.
 */
static inline void anycast6_compat_dev_setup(struct net_device *dev)
{
#ifdef ANYCAST6_HAVE_DEV_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
#if defined(ANYCAST6_HAVE_DEV_NETNS_IMMUTABLE)
	dev->netns_immutable = true;
#elif defined(ANYCAST6_HAVE_DEV_NETNS_LOCAL)
	dev->netns_local = true;
#else
	dev->features |= NETIF_F_NETNS_LOCAL;
#endif
}

/* the list of anycast addresses was not an RCU one before 6.10; under
 * idev->lock in both
 */
static inline const struct ifacaddr6 *
anycast6_compat_aca_first(const struct inet6_dev *idev)
{
#ifdef ANYCAST6_HAVE_RCU_ACA
	return rcu_dereference_protected(idev->ac_list,
					 lockdep_is_held(&idev->lock));
#else
	return idev->ac_list;
#endif
}

static inline const struct ifacaddr6 *
anycast6_compat_aca_next(const struct inet6_dev *idev,
			 const struct ifacaddr6 *aca)
{
#ifdef ANYCAST6_HAVE_RCU_ACA
	return rcu_dereference_protected(aca->aca_next,
					 lockdep_is_held(&idev->lock));
#else
	return aca->aca_next;
#endif
}

/* who parses a link-layer header is told the device by newer kernels, and by
 * backport; 0 without such a header
 */
static inline int anycast6_compat_parse_header(const struct sk_buff *skb,
					       const struct net_device *dev,
					       unsigned char *address)
{
	if (!dev->header_ops || !dev->header_ops->parse)
		return 0;
#ifdef ANYCAST6_HAVE_PARSE_DEV
	return dev->header_ops->parse(skb, dev, address);
#else
	return dev->header_ops->parse(skb, address);
#endif
}

/* how many references to a route there are: another type since 6.4 */
static inline unsigned int
anycast6_compat_dst_references(struct dst_entry *dst)
{
#ifdef ANYCAST6_HAVE_RCUREF
	return rcuref_read(&dst->__rcuref);
#else
	return atomic_read(&dst->__refcnt);
#endif
}

#ifdef CONFIG_XFRM
/* IPv6 only; is told the namespace since 6.8 */
static inline int anycast6_compat_decode_session(struct net *net,
						 struct sk_buff *skb,
						 struct flowi *fl)
{
#ifdef ANYCAST6_HAVE_DECODE_SESSION_NET
	return xfrm_decode_session(net, skb, fl, AF_INET6);
#else
	return xfrm_decode_session(skb, fl, AF_INET6);
#endif
}
#endif

/* a dump's attributes moved into struct genl_info in 6.6 */
static inline struct nlattr **
anycast6_compat_dump_attrs(struct netlink_callback *cb)
{
#ifdef ANYCAST6_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/* The size of a sysctl table is told since 6.6; before, an empty entry ends it,
 * as this module's do.
 */
static inline struct ctl_table_header *
anycast6_compat_register_sysctl(struct net *net, const char *path,
				struct ctl_table *table, size_t size)
{
#ifdef ANYCAST6_HAVE_NET_SYSCTL_SZ
	return register_net_sysctl_sz(net, path, table, size);
#else
	return register_net_sysctl(net, path, table);
#endif
}

/* a namespace may have a table of its own since 6.2; UDP-Lite has one for all */
static inline struct udp_table *anycast6_compat_udp_table(struct net *net,
							  u8 proto)
{
	if (proto == IPPROTO_UDPLITE)
		return &udplite_table;
#ifdef ANYCAST6_HAVE_NET_UDP_TABLE
	return net->ipv4.udp_table;
#else
	return &udp_table;
#endif
}

/* flags of a socket are bits of one word since 6.6 */
static inline bool anycast6_compat_includes_header(const struct sock *sk)
{
#ifdef ANYCAST6_HAVE_INET_FLAGS
	return inet_test_bit(HDRINCL, sk);
#else
	return inet_sk(sk)->hdrincl;
#endif
}

/* A kernel may be without IPsec. What no policy is for may be forbidden. */
static inline bool anycast6_compat_has_policies(const struct net *net)
{
#ifdef CONFIG_XFRM
	return READ_ONCE(net->xfrm.policy_count[XFRM_POLICY_OUT]) ||
	       READ_ONCE(net->xfrm.policy_default[XFRM_POLICY_OUT]) !=
	       XFRM_USERPOLICY_ACCEPT;
#else
	return false;
#endif
}

#endif
