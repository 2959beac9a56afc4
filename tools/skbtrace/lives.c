// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "lives.h"

static u32 home(const struct lives *l, u64 key)
{
	return hash64(key) & (l->size - 1);
}

/* Where @key stands, or would stand. */
static u32 find(const struct lives *l, u64 key)
{
	u32 i = home(l, key);

	while (l->slot[i] && l->v[l->slot[i] - 1].key != key)
		i = (i + 1) & (l->size - 1);
	return i;
}

struct life *lives_get(const struct lives *l, u64 key)
{
	u32 i = l->size ? l->slot[find(l, key)] : 0;

	return i ? &l->v[i - 1] : NULL;
}

/* Half of the slots stay empty, so that searches are short. */
static void grow(struct lives *l)
{
	l->size = l->size ? 2 * l->size : 1024;
	free(l->slot);
	l->slot = xcalloc(l->size, sizeof(*l->slot));
	for (u32 i = 0; i < l->n; i++)
		if (l->v[i].n)
			l->slot[find(l, l->v[i].key)] = i + 1;
}

void lives_del(struct lives *l, struct life *life)
{
	u32 i = find(l, life->key), j = i;

	/* Those behind it that may move up close the gap. */
	for (;;) {
		u32 k;

		j = (j + 1) & (l->size - 1);
		if (!l->slot[j])
			break;
		k = home(l, l->v[l->slot[j] - 1].key);
		if (((j - k) & (l->size - 1)) < ((j - i) & (l->size - 1)))
			continue;
		l->slot[i] = l->slot[j];
		i = j;
	}
	l->slot[i] = 0;
	l->used--;
	life->n = 0;
	life->next = l->free;
	l->free = life - l->v + 1;
}

static u32 take_free(struct lives *l)
{
	u32 i = l->free;

	if (i) {
		l->free = l->v[i - 1].next;
		return i;
	}
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 512;
		l->v = xrealloc(l->v, l->cap * sizeof(*l->v));
	}
	return ++l->n;
}

static void make_room(struct lives *l, u64 key, struct life *gone)
{
	u32 i = home(l, key);

	while (!l->slot[i])
		i = (i + 1) & (l->size - 1);
	*gone = l->v[l->slot[i] - 1];
	lives_del(l, &l->v[l->slot[i] - 1]);
}

struct life *lives_add(struct lives *l, u64 key, struct life *gone)
{
	struct life *life;
	u32 i;

	gone->n = 0;
	if (l->used == MAX_LIVES)
		make_room(l, key, gone);
	else if (2 * (l->used + 1) > l->size)
		grow(l);
	i = take_free(l);
	life = &l->v[i - 1];
	memset(life, 0, sizeof(*life));
	life->key = key;
	l->slot[find(l, key)] = i;
	l->used++;
	return life;
}

void lives_free(struct lives *l)
{
	free(l->v);
	free(l->slot);
}
