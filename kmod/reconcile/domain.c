// SPDX-License-Identifier: GPL-2.0
/*
 * Routing domains that have addresses: the main one of the namespace and its
 * VRFs, each with a device of the module's own in it.
 * Knows nothing of what is held on that device.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/l3mdev.h>

#include "kernel/link.h"
#include "kernel/route.h"
#include "net.h"
#include "reconcile/device.h"
#include "reconcile/domain.h"

static bool vrf_exists(struct anycast6_net *an, u32 vrf)
{
	struct net_device *dev;
	bool exists;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(an->net, vrf);
	exists = dev && dev->reg_state == NETREG_REGISTERED &&
		 netif_is_l3_master(dev);
	rcu_read_unlock();
	return exists;
}

/**
 * anycast6_domain_settle() - put the own device back into its VRF
 * @an: the namespace
 * @domain: the domain
 *
 * If that fails, anycast6_link_refresh() takes the device for not running: its
 * addresses would be those of another domain.
 *
 * Context: process, under @an->lock; takes RTNL if the device is elsewhere.
 * Return: false if the domain's VRF is gone.
 */
bool anycast6_domain_settle(struct anycast6_net *an,
			    struct anycast6_domain *domain)
{
	lockdep_assert_held(&an->lock);

	if (domain->vrf && !vrf_exists(an, domain->vrf))
		return false;

	anycast6_link_refresh(an, domain->link);
	if (domain->link->vrf != domain->vrf) {
		anycast6_route_set_master(an, domain->link->ifindex,
					  domain->vrf);
		anycast6_link_refresh(an, domain->link);
	}
	/* a VRF that was being unregistered under RTNL is gone by now */
	return !domain->vrf || vrf_exists(an, domain->vrf);
}

static int create_own_link(struct anycast6_net *an,
			   struct anycast6_domain *domain)
{
	u32 ifindex;
	int err;

	err = anycast6_device_create(an, &ifindex);
	if (err)
		return err;
	domain->link = anycast6_link_get(an, ifindex, GFP_KERNEL_ACCOUNT);
	if (IS_ERR(domain->link)) {
		err = PTR_ERR(domain->link);
		goto destroy_device;
	}
	domain->link->home = domain->vrf;
	if (!anycast6_domain_settle(an, domain)) {
		err = -ENODEV;
		goto put_link;
	}
	return 0;

put_link:
	anycast6_link_put(an, domain->link);
destroy_device:
	anycast6_device_destroy(an, ifindex);
	return err;
}

static void destroy_domain(struct anycast6_net *an,
			   struct anycast6_domain *domain)
{
	u32 ifindex = domain->link->ifindex;

	xa_erase(&an->domains, domain->vrf);
	anycast6_link_put(an, domain->link);
	anycast6_device_destroy(an, ifindex);
	kfree(domain);
}

/**
 * anycast6_domain_get() - find or make a domain, for one more address
 * @an: the namespace
 * @vrf: interface index of its VRF, 0 for the main one
 *
 * Context: process, under @an->lock; takes RTNL.
 * Return: the domain, or an ERR_PTR(): %-ENOMEM, %-ENODEV without the VRF, or
 * what register_netdevice() or dev_open() said.
 */
struct anycast6_domain *anycast6_domain_get(struct anycast6_net *an, u32 vrf)
{
	struct anycast6_domain *domain = xa_load(&an->domains, vrf);
	int err;

	lockdep_assert_held(&an->lock);

	if (domain)
		goto found;

	domain = kzalloc(sizeof(*domain), GFP_KERNEL_ACCOUNT);
	if (!domain)
		return ERR_PTR(-ENOMEM);
	domain->vrf = vrf;
	err = xa_err(xa_store(&an->domains, vrf, domain, GFP_KERNEL_ACCOUNT));
	if (err)
		goto free_domain;
	err = create_own_link(an, domain);
	if (err)
		goto erase_domain;
found:
	domain->groups++;
	return domain;

erase_domain:
	xa_erase(&an->domains, vrf);
free_domain:
	kfree(domain);
	return ERR_PTR(err);
}

/**
 * anycast6_domain_put() - an address uses a domain no longer
 * @an: the namespace
 * @domain: the domain; it and its device go with the last address
 *
 * Context: process, under @an->lock; takes RTNL.
 */
void anycast6_domain_put(struct anycast6_net *an,
			 struct anycast6_domain *domain)
{
	lockdep_assert_held(&an->lock);

	if (!--domain->groups)
		destroy_domain(an, domain);
}
