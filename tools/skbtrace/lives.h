/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets on their way, by id. Bounded: when the table is full, a newcomer
 * takes the place of one that it collides with.
 */
#ifndef SKBTRACE_LIVES_H
#define SKBTRACE_LIVES_H

#include "hash.h"

enum { MAX_LIVES = 1 << 20, MAX_PLACES = 16 };

struct life {
	u64 key;
	u64 time[MAX_PLACES];
	u8 where[MAX_PLACES], dir[MAX_PLACES];
	u8 n;			/* places; 0: not in use */
	bool whole;		/* seen from its beginning, without a gap */
	bool match;		/* one of its places is what the user wants */
	struct life *next;	/* not in use: the next one of these */
};

/* All 0 to begin with. */
struct lives {
	struct hash hash;	/* those in use, by key */
	struct life *free;	/* the others */
	struct lives_chunk *chunks;
	u32 n;			/* in use or not */
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
