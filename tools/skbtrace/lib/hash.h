/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hash table of the program: pointers to values that begin with their key,
 * whose bytes are compared. Open addressing; at least half of the slots stay
 * empty. The hash has a random seed, since keys may come from an attacker.
 *
 * Values belong to the caller, and must not move while they are in the table.
 */
#ifndef SKBTRACE_HASH_H
#define SKBTRACE_HASH_H

#include "lib/util.h"

extern u64 hash_seed;		/* of this run */

static inline u32 hash64(u64 v)
{
	v = (v ^ hash_seed) * 0x9e3779b97f4a7c15ULL;
	v = (v ^ v >> 32) * 0xd6e8feb86659fd93ULL;
	return v ^ v >> 32;
}

struct hash {
	void **slot;		/* NULL: empty */
	u32 size;		/* power of two, or 0 */
	u32 used;
	u32 key_len;		/* bytes, 8 or more */
};

void *hash_get(const struct hash *h, const void *key);

/* Inline for u64 keys: several look-ups for each event that is printed. */
static inline void *hash_get_u64(const struct hash *h, u64 key)
{
	u32 i = hash64(key) & (h->size - 1);

	if (!h->size)
		return NULL;
	while (h->slot[i] && *(const u64 *)h->slot[i] != key)
		i = (i + 1) & (h->size - 1);
	return h->slot[i];
}

/* Returns the value with the same key that was replaced; NULL: none. */
void *hash_put(struct hash *h, void *val);

/* @key must be in the table. */
void hash_del(struct hash *h, const void *key);

/*
 * Some value of a full table, selected by the hash of @key, so that an attacker
 * cannot choose it. The table must not be empty.
 */
void *hash_victim(const struct hash *h, const void *key);

/* Removes the values that @keep refuses; @drop gets them. */
void hash_keep(struct hash *h, bool (*keep)(const void *val),
	       void (*drop)(void *val));

/* Frees the table; @drop, if any, gets the values. */
void hash_free(struct hash *h, void (*drop)(void *val));

/* The next value from slot *@i on, which is advanced; NULL: the end. */
static inline void *hash_next(const struct hash *h, u32 *i)
{
	while (*i < h->size) {
		void *val = h->slot[(*i)++];

		if (val)
			return val;
	}
	return NULL;
}

#define hash_each(h, i, val) \
	for (u32 i = 0; ((val) = hash_next(h, &(i)));)

#endif
