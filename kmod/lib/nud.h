/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the state of a neighbour says of it: it answers, it has failed, or somebody
 * removed what the kernel knew of it. Pure: knows no neighbour.
 */
#ifndef ANYCAST6_NUD_H
#define ANYCAST6_NUD_H

#include <linux/types.h>

/**
 * enum anycast6_nud - what there is to say of a neighbour
 * @ANYCAST6_NUD_OPEN: nothing yet: it is being asked, or not even that
 * @ANYCAST6_NUD_ANSWERS: it answers, or did so lately
 * @ANYCAST6_NUD_FAILED: it was asked as often as is usual, and did not answer
 * @ANYCAST6_NUD_REMOVED: somebody removed what was known of it. This is no news of
 *                        the neighbour itself
 */
enum anycast6_nud {
	ANYCAST6_NUD_OPEN,
	ANYCAST6_NUD_ANSWERS,
	ANYCAST6_NUD_FAILED,
	ANYCAST6_NUD_REMOVED,
};

/**
 * struct anycast6_nud_entry - the kernel's entry of a neighbour
 * @state: its state, NUD_*
 * @removed: it is not in the kernel's table any more
 * @probes: how often the neighbour was asked since it was to be found
 * @first: after so many it has failed if it was not known before; 0 if the kernel
 *         never asks then
 * @again: after so many it has failed if it was known
 */
struct anycast6_nud_entry {
	u8 state;
	bool removed;
	unsigned int probes;
	unsigned int first;
	unsigned int again;
};

enum anycast6_nud anycast6_nud_judge(const struct anycast6_nud_entry *entry,
				     u8 before);

#endif
