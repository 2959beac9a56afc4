// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/offsets.h"

/*
 * What a clock may stray from its drift, of the time since it was compared; and
 * how large the drift may be as long as it is not known, which is told as 0.
 */
#define STRAY_PPB	1000
#define UNKNOWN_PPB	200000
#define LINE_NS		(60 * NSEC_PER_SEC)
/* Nothing drifts more: such a line is not of ours. */
#define MAX_DRIFT_PPB	1000000

void offsets_add(struct offsets *o, const char *text)
{
	unsigned long long mono, error;
	long long offset, drift;

	if (sscanf(text, "mono_ns %llu offset_ns %lld error_ns %llu drift_ppb %lld",
		   &mono, &offset, &error, &drift) != 4 ||
	    o->n == MAX_OFFSETS || mono > INT64_MAX || error > INT64_MAX ||
	    offset > INT64_MAX / 4 || offset < -INT64_MAX / 4 ||
	    drift > MAX_DRIFT_PPB || drift < -MAX_DRIFT_PPB)
		return;
	if (!o->v)
		o->v = xcalloc(MAX_OFFSETS, sizeof(*o->v));
	o->v[o->n++] = (struct offsets_point){ mono, offset, error, drift };
	o->sorted = false;
}

void offsets_free(struct offsets *o)
{
	free(o->v);
	memset(o, 0, sizeof(*o));
}

static int by_mono(const void *a, const void *b)
{
	const struct offsets_point *x = a, *y = b;

	return (x->mono > y->mono) - (x->mono < y->mono);
}

/* @ppb of @ns, which may be of both signs. */
static s64 share(s64 ns, s64 ppb)
{
	return (__int128)ns * ppb / (s64)NSEC_PER_SEC;
}

static u64 distance(u64 a, u64 b)
{
	return a > b ? a - b : b - a;
}

/* The error of what @p says of a time that is so far away. */
static u64 error_at(const struct offsets_point *p, u64 ns)
{
	return p->error + share(ns, p->drift_ppb ? STRAY_PPB : UNKNOWN_PPB);
}

/*
 * Does @by say what @p was, and better than @p itself? A line through a minute
 * is always better than a point without a drift, and never the other way round:
 * else either could be the worse one, and none be left.
 */
static bool is_worse(const struct offsets_point *p,
		     const struct offsets_point *by)
{
	const u64 ns = distance(p->mono, by->mono);

	if (!p->drift_ppb && by->drift_ppb)
		return ns < LINE_NS;
	if (p->drift_ppb && !by->drift_ppb)
		return false;
	return error_at(by, ns) < p->error;
}

/* The first ones were made of few rounds: later ones say more of that time. */
static void sort(struct offsets *o)
{
	bool worse[MAX_OFFSETS] = {};
	u64 first;
	u32 n = 0;

	if (o->sorted)
		return;
	o->sorted = true;
	if (!o->n)
		return;
	qsort(o->v, o->n, sizeof(*o->v), by_mono);
	first = o->v[0].mono;
	for (u32 i = 0; i < o->n; i++)
		for (u32 j = 0; j < o->n && !worse[i]; j++)
			worse[i] = is_worse(&o->v[i], &o->v[j]);
	for (u32 i = 0; i < o->n; i++)
		if (!worse[i])
			o->v[n++] = o->v[i];
	o->n = n;
	/* it stands for those before it, too */
	o->v[0].error = error_at(&o->v[0], o->v[0].mono - first);
}

static s64 along(const struct offsets_point *p, u64 mono)
{
	return p->offset + share((s64)(mono - p->mono), p->drift_ppb);
}

s64 offsets_at(struct offsets *o, u64 mono)
{
	const struct offsets_point *a, *b;
	u32 i = 0;

	sort(o);
	if (!o->n)
		return 0;
	while (i < o->n && o->v[i].mono <= mono)
		i++;
	if (!i)
		return along(&o->v[0], mono);
	a = &o->v[i - 1];
	if (i == o->n)
		return along(a, mono);
	b = &o->v[i];
	if (b->mono == a->mono)
		return a->offset;
	return a->offset + (s64)((__int128)(b->offset - a->offset) *
				 (s64)(mono - a->mono) /
				 (s64)(b->mono - a->mono));
}

u64 offsets_error(struct offsets *o)
{
	u64 most = 0;

	sort(o);
	for (u32 i = 0; i < o->n; i++)
		if (o->v[i].error > most)
			most = o->v[i].error;
	return most;
}
