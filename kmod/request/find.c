// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the address, the member or the entry that a request names, or says that
 * there is none. Knows attributes only to point the extack at them; changes
 * nothing.
 */
#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "object/entry.h"
#include "object/member.h"
#include "reconcile/domain.h"
#include "request/find.h"
#include "request/request.h"

/**
 * anycast6_find_member() - find the member that a request names
 * @an: the namespace
 * @req: the request
 * @group: its address
 * @place: where the member lives, from anycast6_request_place()
 *
 * Context: process, under @an->lock.
 * Return: the member, or NULL.
 */
struct anycast6_member *
anycast6_find_member(struct anycast6_net *an,
		     const struct anycast6_request *req,
		     struct anycast6_group *group,
		     const struct anycast6_place *place)
{
	return anycast6_member_find(an, group, place->ifindex ? :
				    group->domain->link->ifindex, req->via);
}

#define NO_MEMBER	"the address has no such member"

/**
 * anycast6_find_refuse() - say that what a request names does not exist
 * @req: the request
 * @group: its address, which has no such member; NULL if the address does not
 *         exist
 *
 * Context: any.
 * Return: %-ENOENT, with its reason in the request's extack.
 */
int anycast6_find_refuse(const struct anycast6_request *req,
			 const struct anycast6_group *group)
{
	if (!group)
		return ANYCAST6_REFUSE(req, ADDRESS, -ENOENT,
				       "no such anycast address is configured");
	if (req->via)
		return ANYCAST6_REFUSE(req, VIA, -ENOENT, NO_MEMBER);
	if (req->dev)
		return ANYCAST6_REFUSE(req, DEV, -ENOENT, NO_MEMBER);
	return ANYCAST6_REFUSE(req, ADDRESS, -ENOENT, NO_MEMBER);
}

/**
 * anycast6_find_group() - find the address that a request names
 * @an: the namespace
 * @req: the request
 * @place: result: where the named member lives
 * @group: result: the address
 *
 * Context: process, under @an->lock.
 * Return: 0, %-ENOENT if there is none, or an error of
 * anycast6_request_place(); the request's extack says why.
 */
int anycast6_find_group(struct anycast6_net *an,
			const struct anycast6_request *req,
			struct anycast6_place *place,
			struct anycast6_group **group)
{
	int err;

	err = anycast6_request_place(an, req, place);
	if (err)
		return err;
	*group = anycast6_group_find(an, &place->key);
	if (!*group)
		return anycast6_find_refuse(req, NULL);
	return 0;
}

/**
 * anycast6_find_entry() - find the entry that a request names
 * @an: the namespace
 * @req: the request
 * @entry: result: the entry, or NULL if there is none
 *
 * Context: process, under @an->lock.
 * Return: 0, %-EINVAL without a device that may have prefixes, or an error of
 * anycast6_request_place(); the request's extack says why.
 */
int anycast6_find_entry(struct anycast6_net *an,
			const struct anycast6_request *req,
			struct anycast6_entry **entry)
{
	struct anycast6_place place;
	int err;

	err = anycast6_request_place(an, req, &place);
	if (err)
		return err;
	if (!place.ifindex)
		return ANYCAST6_REFUSE(req, DEV, -EINVAL,
			      "subnet-router and reserved need a device with prefixes");
	*entry = anycast6_entry_find(an, req->dev, req->origin, req->id);
	return 0;
}

/**
 * anycast6_find_existing_entry() - find the entry that a request names
 * @an: the namespace
 * @req: the request
 * @entry: result: the entry
 *
 * Context: process, under @an->lock.
 * Return: 0, %-ENOENT if there is none, or an error of anycast6_find_entry();
 * the request's extack says why.
 */
int anycast6_find_existing_entry(struct anycast6_net *an,
				 const struct anycast6_request *req,
				 struct anycast6_entry **entry)
{
	int err;

	err = anycast6_find_entry(an, req, entry);
	if (err)
		return err;
	return *entry ? 0 : ANYCAST6_REFUSE(req, ORIGIN, -ENOENT, "no such entry");
}
