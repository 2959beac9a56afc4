// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "report/points.h"

enum { MAX_POINTS = 4096, KEPT = 4 };	/* of a step */

static struct hist *hist_of(const struct point *v, u32 n)
{
	struct hist *h = xcalloc(1, sizeof(*h));

	for (u32 i = 0; i < n; i++)
		hist_add(h, v[i].v > 0 ? v[i].v : 0);
	return h;
}

/* Reduce the @n points of a step to those that are drawn; returns how many. */
static u32 keep(const struct point *p, u32 n, struct point *to)
{
	u32 least = 0, most = 0, kept[KEPT], nkept = 0, a, b;

	for (u32 i = 1; i < n; i++) {
		if (p[i].v < p[least].v)
			least = i;
		if (p[i].v > p[most].v)
			most = i;
	}
	a = least < most ? least : most;
	b = least < most ? most : least;
	kept[nkept++] = 0;
	if (a)
		kept[nkept++] = a;
	if (b > a)
		kept[nkept++] = b;
	if (n - 1 > b)
		kept[nkept++] = n - 1;
	for (u32 i = 0; i < nkept; i++)
		to[i] = p[kept[i]];
	return nkept;
}

/* Steps are counted from 0, so two of them are one of twice the length. */
static void cut(struct points *s)
{
	struct point *v = s->v;
	u32 n = 0, from = 0;

	for (u32 i = 1; i <= s->n; i++)
		if (i == s->n || v[i].t / s->step != v[from].t / s->step) {
			n += keep(v + from, i - from, v + n);
			from = i;
		}
	s->n = n;
}

/* Reduce the points added since the last time, too, before steps get longer. */
void points_thin(struct points *s, u32 max)
{
	u64 all = s->n ? s->v[s->n - 1].t - s->v[0].t : 0;

	if (!s->step) {
		if (s->n <= max)
			return;
		if (s->measured)
			s->hist = hist_of(s->v, s->n);
		s->step = KEPT * (all / max) + 1;
	}
	cut(s);
	while (s->n > max && s->step <= all / 2) {
		s->step *= 2;
		cut(s);
	}
}

/* Where it belongs: most often at the end. */
static struct point *place(struct points *s, u64 t)
{
	u32 i = s->n++;

	for (; i && s->v[i - 1].t > t; i--)
		s->v[i] = s->v[i - 1];
	return &s->v[i];
}

void points_add(struct points *s, u64 t, s64 v)
{
	if (s->n == MAX_POINTS)
		points_thin(s, MAX_POINTS / 2);
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 4;
		s->v = xrealloc(s->v, s->cap * sizeof(*s->v));
	}
	*place(s, t) = (struct point){ t, v };
	s->seen++;
	if (s->hist)
		hist_add(s->hist, v > 0 ? v : 0);
}

static int by_value(const void *a, const void *b)
{
	const u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static u64 exact(const struct points *s, u32 percent)
{
	u64 *v = xcalloc(s->n, sizeof(*v)), rank, value;

	for (u32 i = 0; i < s->n; i++)
		v[i] = s->v[i].v > 0 ? s->v[i].v : 0;
	qsort(v, s->n, sizeof(*v), by_value);
	rank = ((u64)s->n * percent + 99) / 100;
	value = v[rank ? rank - 1 : 0];
	free(v);
	return value;
}

u64 points_percentile(const struct points *s, u32 percent)
{
	if (!s->n)
		return 0;
	if (!s->hist)
		return exact(s, percent);
	if (!percent || percent >= 100)
		return percent ? s->hist->max : s->hist->min;
	return hist_percentile(s->hist, percent);
}

void points_free(struct points *s)
{
	if (s->hist)
		hist_free(s->hist);
	free(s->hist);
	free(s->v);
}
