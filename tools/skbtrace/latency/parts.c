// SPDX-License-Identifier: GPL-2.0
/* Which rows there are, and in which order; and sums of some. */
#include <stdlib.h>
#include <string.h>

#include "latency/latency.h"

/* ---- parts of the first stage ---- */

static bool same_stage(const struct lat_stage *a, const struct lat_stage *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->key, b->key);
}

/* How many rows from @i on are parts of the same stage */
static u32 parts_from(const struct lat *l, u32 i)
{
	u32 n = 1;

	while (i + n < l->n && same_stage(&l->stage[i], &l->stage[i + n]))
		n++;
	return n;
}

bool lat_begins_parts(const struct lat *l, u32 i)
{
	if (i && same_stage(&l->stage[i - 1], &l->stage[i]))
		return false;
	return *l->stage[i].why || parts_from(l, i) > 1;
}

static int by_from(const void *a, const void *b)
{
	const struct lat_bucket *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

/* Buckets of the same time become one. */
static u32 join(struct lat_bucket *v, u32 n)
{
	u32 to = 0;

	qsort(v, n, sizeof(*v), by_from);
	for (u32 i = 0; i < n; i++) {
		if (to && v[to - 1].from == v[i].from)
			v[to - 1].count += v[i].count;
		else
			v[to++] = v[i];
	}
	return to;
}

void lat_whole(struct lat_stage *whole, const struct lat *l, u32 i)
{
	u32 nparts = parts_from(l, i), n = 0;

	*whole = l->stage[i];
	*whole->why = '\0';
	whole->count = 0;
	whole->sum_ns = 0;
	for (u32 k = i; k < i + nparts; k++)
		n += l->stage[k].n;
	whole->v = xcalloc(n, sizeof(*whole->v));
	n = 0;
	for (u32 k = i; k < i + nparts; k++) {
		const struct lat_stage *part = &l->stage[k];

		memcpy(whole->v + n, part->v, part->n * sizeof(*part->v));
		n += part->n;
		whole->count += part->count;
		whole->sum_ns += part->sum_ns;
	}
	whole->n = join(whole->v, n);
}

/* ---- order ---- */

bool lat_shown(const struct lat *l, u32 i, const char *only)
{
	const struct lat_stage *s = &l->stage[i];

	return (!only || !strcmp(only, s->name)) && !*l->by == !*s->key;
}

/* A key, by the time that all its stages took */
struct share {
	const char *key;
	u64 sum_ns;
	u32 first, n;	/* rows */
};

/* What no key is told of is last. */
static int by_share(const void *a, const void *b)
{
	const struct share *x = a, *y = b;
	bool other_x = !strcmp(x->key, "other");
	bool other_y = !strcmp(y->key, "other");

	if (other_x != other_y)
		return other_x - other_y;
	return x->sum_ns > y->sum_ns ? -1 :
	       x->sum_ns < y->sum_ns ? 1 : strcmp(x->key, y->key);
}

/* Rows of a key follow each other. */
static u32 shares_of(const struct lat *l, struct share *v)
{
	u32 n = 0;

	for (u32 i = 0; i < l->n; i++) {
		if (!n || strcmp(v[n - 1].key, l->stage[i].key))
			v[n++] = (struct share){ l->stage[i].key, 0, i, 0 };
		v[n - 1].sum_ns += l->stage[i].sum_ns;
		v[n - 1].n++;
	}
	return n;
}

u32 *lat_order(const struct lat *l, const char *only, u32 *n)
{
	struct share *v = xcalloc(l->n + 1, sizeof(*v));
	u32 *order = xcalloc(l->n + 1, sizeof(*order));
	u32 nshares = shares_of(l, v);

	*n = 0;
	qsort(v, nshares, sizeof(*v), by_share);
	for (u32 s = 0; s < nshares; s++)
		for (u32 i = v[s].first; i < v[s].first + v[s].n; i++)
			if (lat_shown(l, i, only))
				order[(*n)++] = i;
	free(v);
	return order;
}
