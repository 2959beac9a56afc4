/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets on their way, by id. Bounded: when the table is full, a newcomer
 * takes the place of one that it collides with.
 */
#ifndef SKBTRACE_LIVES_H
#define SKBTRACE_LIVES_H

#include "util.h"

enum { MAX_LIVES = 1 << 20, MAX_PLACES = 16 };

struct life {
	u64 key;
	u64 time[MAX_PLACES];
	u8 where[MAX_PLACES], dir[MAX_PLACES];
	u8 n;			/* places; 0: not in use */
	bool whole;		/* seen from its beginning, without a gap */
	bool match;		/* one of its places is what the user wants */
	u32 next;		/* not in use: the next one of these */
};

struct lives {
	struct life *v;
	u32 n, cap;		/* in @v, in use or not */
	u32 free;		/* index + 1 of the first not in use */
	u32 *slot;		/* index + 1, 0: empty */
	u32 size, used;
};

/* NULL if there is none of this key. */
struct life *lives_get(const struct lives *l, u64 key);
/*
 * A new one, there must be none of this key yet. If all places are taken, the
 * one that has to go is copied to @gone, else gone->n is 0.
 */
struct life *lives_add(struct lives *l, u64 key, struct life *gone);
void lives_del(struct lives *l, struct life *life);
void lives_free(struct lives *l);

#endif
