// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "rewrite/lanes.h"

enum { BITS = 2, PER_WORD = 64 / BITS };

static struct lane *find(struct lanes *c, u32 id, u32 cpu)
{
	struct lane *l = c->last;

	if (l && l->id == id && l->cpu == cpu)
		return l;
	for (u32 i = 0; i < c->n; i++) {
		l = c->v[i];
		if (l->id == id && l->cpu == cpu)
			return c->last = l;
	}
	return NULL;
}

static struct lane *lane_get(struct lanes *c, u32 id, u32 cpu)
{
	struct lane *l = find(c, id, cpu);

	if (l)
		return l;
	if (!(c->n & (c->n - 1)))
		c->v = xrealloc(c->v, sizeof(l) * (c->n ? 2 * c->n : 1));
	l = xcalloc(1, sizeof(*l));
	l->id = id;
	l->cpu = cpu;
	c->v[c->n++] = l;
	return c->last = l;
}

static enum action get(const struct lane *l, u64 at)
{
	return l->words[at / PER_WORD] >> BITS * (at % PER_WORD) & 3;
}

void spot_set(struct spot s, enum action action)
{
	const u32 shift = BITS * (s.at % PER_WORD);
	u64 *w = &s.lane->words[s.at / PER_WORD];

	*w = (*w & ~(3ull << shift)) | (u64)action << shift;
}

void spot_need(struct spot s)
{
	if (s.lane && get(s.lane, s.at) == ACTION_OMIT)
		spot_set(s, ACTION_CONTEXT);
}

static void grow(struct lane *l)
{
	u64 old = l->cap / PER_WORD;

	l->cap = l->cap ? 2 * l->cap : 1024;
	l->words = xrealloc(l->words, l->cap / PER_WORD * sizeof(u64));
	for (u64 i = old; i < l->cap / PER_WORD; i++)
		l->words[i] = 0;
}

struct spot lanes_add(struct lanes *c, u32 id, u32 cpu, enum action action)
{
	struct lane *l = lane_get(c, id, cpu);
	struct spot s = { l, l->n };

	if (l->n++ == l->cap)
		grow(l);
	spot_set(s, action);
	return s;
}

enum action lanes_next(struct lanes *c, u32 id, u32 cpu)
{
	struct lane *l = find(c, id, cpu);

	/* The file has grown since. */
	if (!l || l->next == l->n)
		return ACTION_OMIT;
	return get(l, l->next++);
}

void lanes_free(struct lanes *c)
{
	for (u32 i = 0; i < c->n; i++) {
		free(c->v[i]->words);
		free(c->v[i]);
	}
	free(c->v);
}
