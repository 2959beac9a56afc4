/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hash table of the program: pointers to values that begin with their key,
 * whose bytes are compared. Open addressing; at least half of the slots stay
 * empty. Keys are chosen by strangers, so which ones fall together differs
 * from run to run.
 *
 * The values are their owner's, and may be moved about by none while in here.
 */
#ifndef SKBTRACE_HASH_H
#define SKBTRACE_HASH_H

#include "util.h"

struct hash {
	void **slot;		/* NULL: empty */
	u32 size;		/* power of two, or 0 */
	u32 used;
	u32 key_len;		/* bytes, 8 or more */
};

void *hash_get(const struct hash *h, const void *key);

/* The same where the key is a u64: each event that is printed asks for some. */
static inline void *hash_get_u64(const struct hash *h, u64 key)
{
	u32 i = hash64(key) & (h->size - 1);

	if (!h->size)
		return NULL;
	while (h->slot[i] && *(const u64 *)h->slot[i] != key)
		i = (i + 1) & (h->size - 1);
	return h->slot[i];
}

/* What had its key before is returned: its place is taken. NULL: none had. */
void *hash_put(struct hash *h, void *val);

/* It must be there. */
void hash_del(struct hash *h, const void *key);

/*
 * Any one of a full table, by @key: whoever chooses keys cannot choose which.
 * The table may not be empty.
 */
void *hash_victim(const struct hash *h, const void *key);

/* Only those that @keep wants stay, @drop gets the others. */
void hash_keep(struct hash *h, bool (*keep)(const void *val),
	       void (*drop)(void *val));

/* Empty, without memory of its own; @drop, if any, gets the values. */
void hash_free(struct hash *h, void (*drop)(void *val));

/* The next value at or behind slot *@i, which is counted on; NULL: the end. */
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
