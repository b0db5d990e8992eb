// SPDX-License-Identifier: GPL-2.0
/*
 * Which flows there are at one time, for those who look at them later, one by
 * one. Knows their keys only, and not who asks.
 */
#include <linux/mm.h>
#include <linux/overflow.h>

#include "steer/flow.h"
#include "steer/flow_snapshot.h"

/* Room for flows that come while the others are noted. If it is not enough, or
 * the table grows so that some are noted twice, there are more tries, each with
 * twice as much.
 */
#define SPARE	1024
#define TRIES	3

/**
 * struct picture - a snapshot that is being taken
 * @snapshot: the snapshot
 * @filter: which flows are noted
 */
struct picture {
	struct anycast6_flow_snapshot *snapshot;
	const struct anycast6_flow_filter *filter;
};

static int note_flow(struct anycast6_flows *flows, struct anycast6_flow *flow,
		     void *arg)
{
	const struct picture *picture = arg;
	struct anycast6_flow_snapshot *snapshot = picture->snapshot;

	if (!anycast6_flow_filter_passes(picture->filter, flow))
		return 0;
	if (snapshot->n == snapshot->room)
		return -ENOSPC;
	snapshot->keys[snapshot->n++] = flow->key;
	return 0;
}

static struct anycast6_flow_snapshot *make_snapshot(unsigned int room)
{
	struct anycast6_flow_snapshot *snapshot;

	snapshot = kvmalloc(struct_size(snapshot, keys, room),
			    GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!snapshot)
		return NULL;
	snapshot->n = 0;
	snapshot->room = room;
	return snapshot;
}

/**
 * anycast6_flow_snapshot_take() - note which flows there are
 * @flows: the namespace's
 * @filter: which of them
 *
 * Context: process; may sleep.
 * Return: the snapshot, for kvfree(); an ERR_PTR() of %-ENOMEM, of %-EBUSY if the
 * table grows too quickly, or of what anycast6_flows_walk() returned.
 */
struct anycast6_flow_snapshot *
anycast6_flow_snapshot_take(struct anycast6_flows *flows,
			    const struct anycast6_flow_filter *filter)
{
	unsigned int room = atomic_read(&flows->count) + SPARE, i;
	struct picture picture = { .filter = filter };
	int err;

	for (i = 0; i < TRIES; i++, room *= 2) {
		picture.snapshot = make_snapshot(room);
		if (!picture.snapshot)
			return ERR_PTR(-ENOMEM);
		err = anycast6_flows_walk(flows, note_flow, &picture);
		if (!err)
			return picture.snapshot;
		kvfree(picture.snapshot);
		if (err != -ENOSPC)
			return ERR_PTR(err);
	}
	return ERR_PTR(-EBUSY);
}
