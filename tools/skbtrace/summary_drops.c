// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that were dropped where no socket was known: on their way through a
 * router, or before the receiver's was looked for. They belong to whoever sent
 * them, if that connection is in the recording, else to whom they were sent.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "summary.h"

enum { MAX_TUPLES = 1 << 16 };

/* From local to peer; of as many segments, the last one at @time. */
struct stray {
	struct addr_pair a;
	u64 time, segs;
	struct stray *next;
};

static int by_tuple(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct addr_pair));
}

void strays_add(struct strays *s, const struct addr_pair *from_to, u64 segs,
		u64 now)
{
	struct stray *d = xcalloc(1, sizeof(*d)), **slot;

	d->a = *from_to;
	slot = s->n < MAX_TUPLES ? tsearch(d, &s->tree, by_tuple) :
				   tfind(d, &s->tree, by_tuple);
	if (!slot) {
		s->homeless += segs;
		free(d);
		return;
	}
	if (*slot == d) {
		d->next = s->list;
		s->list = d;
		s->n++;
	} else {
		free(d);
	}
	(*slot)->segs += segs;
	(*slot)->time = now;
}

static void keep(void *node)
{
	(void)node;	/* the list has it */
}

void strays_free(struct strays *s)
{
	struct stray *d;

	tdestroy(s->tree, keep);
	while ((d = s->list)) {
		s->list = d->next;
		free(d);
	}
}

static int rows_by_tuple(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a;
	const struct row *y = *(const struct row *const *)b;

	return memcmp(&x->a, &y->a, sizeof(x->a));
}

static bool fits_better(const struct row *r, const struct row *than, u64 time)
{
	if (r->first > time)
		return false;
	return than->first > time || r->first > than->first;
}

/* Of those that have had these addresses: who lived then, or the first. */
static struct row *owner(struct row **rows, u32 n, const struct addr_pair *a,
			 u64 time)
{
	struct row key = { .a = *a }, *k = &key, **r, *best = NULL;

	r = bsearch(&k, rows, n, sizeof(*rows), rows_by_tuple);
	if (!r)
		return NULL;
	while (r > rows && !rows_by_tuple(r - 1, &k))
		r--;
	for (; r < rows + n && !rows_by_tuple(r, &k); r++)
		if (!best || fits_better(*r, best, time))
			best = *r;
	return best;
}

void strays_settle(struct summary *s)
{
	struct row **rows = xcalloc(s->used + 1, sizeof(*rows));
	u32 n = 0;

	for (u32 i = 0; s->strays.list && i < s->size; i++)
		if (s->slot[i] && s->slot[i]->a.lport && s->slot[i]->a.pport)
			rows[n++] = s->slot[i];
	qsort(rows, n, sizeof(*rows), rows_by_tuple);
	for (struct stray *d = s->strays.list; d; d = d->next) {
		struct addr_pair back;
		struct row *r;

		addr_pair_swap(&back, &d->a);
		r = owner(rows, n, &d->a, d->time);
		if (!r)
			r = owner(rows, n, &back, d->time);
		if (!r) {
			s->strays.homeless += d->segs;
			continue;
		}
		row_enter(s, r);
		r->drops += d->segs;
	}
	free(rows);
}
