// SPDX-License-Identifier: GPL-2.0
/*
 * Flows that another router had, or this one before: which of two accounts of a
 * flow counts. Knows no messages, and not how such flows come here.
 */
#include <linux/rcupdate.h>

#include <uapi/linux/anycast6.h>

#include "object/member.h"
#include "steer/flow.h"
#include "steer/flow_load.h"
#include "steer/proof.h"

/* An account that is newer by no more than this may only have taken its time. */
#define SLACK	HZ

/* What was seen of a flow here is believed more than what others say, unless it
 * goes by another router by now. One packet alone counts for nothing: a member
 * may have been chosen for it before the others' account came. Of two accounts of
 * others the newer one counts: they may come in any order.
 */
static bool yields_to_image(const struct anycast6_flow *flow,
			    const struct anycast6_flow_image *image)
{
	s32 newer = image->used - READ_ONCE(flow->used);

	if (anycast6_flow_is_over(flow) ||
	    anycast6_flow_state(flow) == ANYCAST6_FLOW_STATE_NEW)
		return true;
	return newer > (anycast6_flow_is_loaded(flow) ? -SLACK : SLACK);
}

/* What has lasted elsewhere does not give way here first. */
static bool has_lasted_elsewhere(const struct anycast6_flow_image *image)
{
	return !(image->flags & ANYCAST6_FLOW_UNPROVEN) &&
	       image->track.state != ANYCAST6_FLOW_STATE_NEW;
}

static int replace_flow(struct anycast6_flows *flows,
			struct anycast6_flow *flow,
			const struct anycast6_flow_image *image,
			struct anycast6_member *member)
{
	/* a packet may have been quicker */
	if (!anycast6_flow_hand_over(flows, flow, member) ||
	    rcu_access_pointer(flow->member) != member ||
	    !anycast6_flow_overwrite(flows, flow, image))
		return -ESTALE;
	return 0;
}

/* Proven flows are no more here than a flood leaves room for. */
static void prove_loaded(struct anycast6_flows *flows,
			 const struct anycast6_flow_key *key,
			 const struct anycast6_group *group)
{
	struct anycast6_flow *flow = anycast6_flow_find(flows, key);

	if (flow)
		anycast6_proof_load(flows, flow, group);
}

/**
 * anycast6_flow_load() - remember a flow that was remembered elsewhere
 * @flows: the namespace's
 * @image: the flow; with %ANYCAST6_FLOW_UNPROVEN if it has not lasted there,
 *         either
 * @member: the member that it has
 * @replace: it counts whatever was seen of the flow here
 *
 * Context: process, under an->lock, so that @member stays.
 * Return: 0; %-EEXIST if it is better known here, and not @replace; %-ENOSPC if
 * no other flow gives way; %-ESTALE if the flow that was there has just ended, or
 * got another member; or
 * an error of anycast6_flow_insert().
 */
int anycast6_flow_load(struct anycast6_flows *flows,
		       struct anycast6_flow_image *image,
		       struct anycast6_member *member, bool replace)
{
	bool lasted = has_lasted_elsewhere(image);
	struct anycast6_flow *flow;
	int err;

	rcu_read_lock();
	flow = anycast6_flow_find(flows, image->key);
	/* it is proven once it has its place: one that finds no room must not
	 * take another one's proof
	 */
	if (!lasted || !flow || !anycast6_flow_is_proven(flow))
		image->flags |= anycast6_proof_begin();
	if (!flow)
		err = anycast6_flow_insert(flows, image, member);
	else if (replace || yields_to_image(flow, image))
		err = replace_flow(flows, flow, image, member);
	else
		err = -EEXIST;
	if (!err && lasted)
		prove_loaded(flows, image->key, member->group);
	rcu_read_unlock();
	return err;
}
