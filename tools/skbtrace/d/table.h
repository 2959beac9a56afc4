/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values by keys of any length: the elements of an array, or of an aggregation.
 * Keys are what events hold, so they are chosen by strangers, and there may be
 * any number of them: a table has a limit, and counts what it does not take.
 */
#ifndef SKBTRACE_D_TABLE_H
#define SKBTRACE_D_TABLE_H

#include "lib/util.h"

struct entry {
	struct entry *next;
	u32 hash, key_len;
	_Alignas(8) u8 mem[];	/* the value, then the key */
};

struct table {
	struct entry **slot;
	u32 size, used;
	u32 value_size;		/* a multiple of 8 */
	size_t bytes, max;
	u64 drops;
};

/* NULL: it is not there. */
struct entry *table_find(const struct table *t, const void *key, u32 len);
/* A new one is all 0. NULL: no room, which is counted. */
struct entry *table_add(struct table *t, const void *key, u32 len);
/* Also frees it; it must be there. */
void table_del(struct table *t, struct entry *e);

/* All of them, to be freed, in no order. */
struct entry **table_list(const struct table *t);
void table_free(struct table *t);

static inline const u8 *entry_key(const struct table *t, const struct entry *e)
{
	return e->mem + t->value_size;
}

#endif
