/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notes of who spoke first, this node or its peer, of flows that are not worth
 * more memory than that. Pure: knows hashes and seconds.
 */
#ifndef ANYCAST6_NOTES_H
#define ANYCAST6_NOTES_H

#include <linux/types.h>

enum anycast6_note {
	ANYCAST6_NOTE_NONE,
	/* the peer spoke first */
	ANYCAST6_NOTE_THEIRS,
	/* this node did */
	ANYCAST6_NOTE_OWN,
};

/**
 * struct anycast6_note_pair - where the notes of some flows share two places
 * @slots: packed notes; READ_ONCE(), a race loses one at most
 */
struct anycast6_note_pair {
	u64 slots[2];
};

enum anycast6_note anycast6_note_read(const struct anycast6_note_pair *pair,
				      u32 tag, u32 now);
void anycast6_note_came(struct anycast6_note_pair *pair, u32 tag, u32 now);
void anycast6_note_went(struct anycast6_note_pair *pair, u32 tag, u32 now);

#endif
