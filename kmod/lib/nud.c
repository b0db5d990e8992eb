// SPDX-License-Identifier: GPL-2.0
/*
 * What the state of a neighbour says of it: it answers, it has failed, or somebody
 * removed what the kernel knew of it. Pure: knows no neighbour.
 */
#include <net/neighbour.h>

#include "lib/nud.h"

/**
 * anycast6_nud_judge() - what the kernel's entry says of a neighbour
 * @entry: the entry, as it is now
 * @before: its state when it was looked at last, NUD_*; %NUD_NONE if there was none,
 *          or it was removed
 *
 * Who removes an entry ("ip neigh flush") has it fail first. That differs from a
 * neighbour that does not answer: the kernel gives this up only while it asks, and
 * when it has asked often enough. The kernel tells of NUD_PROBE, and does not tell of
 * NUD_INCOMPLETE. So a neighbour that is asked once more has NUD_PROBE in @before,
 * and one that is asked for the first time has nothing valid there.
 *
 * Context: any.
 */
enum anycast6_nud anycast6_nud_judge(const struct anycast6_nud_entry *entry,
				     u8 before)
{
	unsigned int limit = before & NUD_PROBE ? entry->again : entry->first;

	if (entry->removed)
		return ANYCAST6_NUD_REMOVED;
	if (entry->state & NUD_VALID)
		return ANYCAST6_NUD_ANSWERS;
	if (!(entry->state & NUD_FAILED))
		return ANYCAST6_NUD_OPEN;
	if (before & NUD_VALID & ~NUD_PROBE || entry->probes < limit)
		return ANYCAST6_NUD_REMOVED;
	return ANYCAST6_NUD_FAILED;
}
