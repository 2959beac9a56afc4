/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets on their way, by id. The table is limited: when it is full, a new
 * packet evicts one that it collides with.
 */
#ifndef SKBTRACE_LIVES_H
#define SKBTRACE_LIVES_H

#include "lib/hash.h"

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
 * A new one; the key must not exist yet. If the table is full, the evicted one
 * is copied to @gone, else gone->n is 0.
 */
struct life *lives_add(struct lives *l, u64 key, struct life *gone);
void lives_del(struct lives *l, struct life *life);
void lives_free(struct lives *l);

#endif
