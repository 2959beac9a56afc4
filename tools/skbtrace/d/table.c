// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "d/table.h"
#include "lib/hash.h"

static u32 hash_key(const u8 *key, u32 len)
{
	u64 h = len, word;

	for (; len >= 8; key += 8, len -= 8) {
		memcpy(&word, key, 8);
		h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, key, len);
	return hash64(h ^ word);
}

static struct entry **find(const struct table *t, const void *key, u32 len,
			   u32 hash)
{
	struct entry **p = &t->slot[hash & (t->size - 1)];

	while (*p && ((*p)->hash != hash || (*p)->key_len != len ||
		      memcmp(entry_key(t, *p), key, len)))
		p = &(*p)->next;
	return p;
}

struct entry *table_find(const struct table *t, const void *key, u32 len)
{
	return t->size ? *find(t, key, len, hash_key(key, len)) : NULL;
}

static void grow(struct table *t)
{
	struct table old = *t;

	t->size = old.size ? 2 * old.size : 64;
	t->slot = xcalloc(t->size, sizeof(*t->slot));
	for (u32 i = 0; i < old.size; i++) {
		struct entry *e;

		while ((e = old.slot[i])) {
			struct entry **to = &t->slot[e->hash & (t->size - 1)];

			old.slot[i] = e->next;
			e->next = *to;
			*to = e;
		}
	}
	free(old.slot);
}

static size_t entry_size(const struct table *t, u32 len)
{
	return sizeof(struct entry) + t->value_size + len + sizeof(void *);
}

struct entry *table_add(struct table *t, const void *key, u32 len)
{
	u32 hash = hash_key(key, len);
	struct entry **p, *e;

	if (t->used == t->size)
		grow(t);
	p = find(t, key, len, hash);
	e = *p;
	if (e)
		return e;
	if (t->bytes + entry_size(t, len) > t->max) {
		t->drops++;
		return NULL;
	}
	e = xcalloc(1, sizeof(*e) + t->value_size + len);
	e->hash = hash;
	e->key_len = len;
	memcpy(e->mem + t->value_size, key, len);
	t->bytes += entry_size(t, len);
	t->used++;
	return *p = e;
}

void table_del(struct table *t, struct entry *e)
{
	struct entry **p = &t->slot[e->hash & (t->size - 1)];

	while (*p != e)
		p = &(*p)->next;
	*p = e->next;
	t->bytes -= entry_size(t, e->key_len);
	t->used--;
	free(e);
}

struct entry **table_list(const struct table *t)
{
	struct entry **list = xcalloc(t->used + 1, sizeof(*list));
	u32 n = 0;

	for (u32 i = 0; i < t->size; i++)
		for (struct entry *e = t->slot[i]; e; e = e->next)
			list[n++] = e;
	return list;
}

void table_free(struct table *t)
{
	for (u32 i = 0; i < t->size; i++) {
		struct entry *e;

		while ((e = t->slot[i])) {
			t->slot[i] = e->next;
			free(e);
		}
	}
	free(t->slot);
	*t = (struct table){};
}
