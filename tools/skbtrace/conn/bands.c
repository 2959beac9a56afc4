// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "conn/bands.h"
#include "conn/held.h"

enum { MAX_BANDS = 2048, MAX_OVER = 1024 };

/* ---- overlays ---- */

/* If there are too many, extend the last one. */
void bands_over(struct bands *b, u64 from, u64 to, bool window)
{
	u32 i = b->nover;

	if (to <= from)
		return;
	if (i == MAX_OVER) {
		b->over[i - 1].to = to;
		return;
	}
	if (i == b->over_cap) {
		b->over_cap = i ? 2 * i : 4;
		b->over = xrealloc(b->over, b->over_cap * sizeof(*b->over));
	}
	for (; i && b->over[i - 1].from > from; i--)
		b->over[i] = b->over[i - 1];
	b->over[i] = (struct overlay){ from, to, window };
	b->nover++;
}

static void drop_over(struct bands *b, u64 until)
{
	u32 n = 0;

	for (u32 i = 0; i < b->nover; i++)
		if (b->over[i].to > until)
			b->over[n++] = b->over[i];
	b->nover = n;
}

/* ---- pieces ---- */

static void append(struct bands *b, const char *word, u64 from, u64 to)
{
	struct band *last = b->n ? &b->v[b->n - 1] : NULL;

	if (to <= from)
		return;
	if (last && last->to == from && !strcmp(last->word, word)) {
		last->to = to;
		return;
	}
	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 8;
		b->v = xrealloc(b->v, b->cap * sizeof(*b->v));
	}
	b->v[b->n++] = (struct band){ from, to, word };
}

/* Pieces of one step, by word. */
struct cluster {
	u64 from, to;
	u32 n;
	struct {
		const char *word;
		u64 ns;
	} v[MAX_HELD];
};

static void cluster_add(struct cluster *c, const struct band *p)
{
	u32 i = 0;

	if (!c->n)
		c->from = p->from;
	while (i < c->n && strcmp(c->v[i].word, p->word))
		i++;
	/* too many words: add it to the last one */
	if (i == MAX_HELD)
		i--;
	if (i == c->n) {
		c->v[c->n++].word = p->word;
		c->v[i].ns = 0;
	}
	c->v[i].ns += p->to - p->from;
	c->to = p->to;
}

static void cluster_end(struct cluster *c, struct bands *b)
{
	u64 at = c->from;

	for (u32 i = 0; i < c->n; i++) {
		append(b, c->v[i].word, at, at + c->v[i].ns);
		at += c->v[i].ns;
	}
	c->n = 0;
}

/* Merge pieces shorter than a step with equal ones within the step. */
static void coarser(struct bands *b)
{
	struct band *old = b->v;
	struct cluster c = {};
	u32 n = b->n;

	b->v = NULL;
	b->n = b->cap = 0;
	for (u32 i = 0; i < n; i++) {
		const struct band *p = &old[i];

		if (c.n && (p->to - c.from > b->step || p->from != c.to))
			cluster_end(&c, b);
		cluster_add(&c, p);
	}
	cluster_end(&c, b);
	free(old);
}

void bands_thin(struct bands *b, u32 max)
{
	u64 all = b->n ? b->v[b->n - 1].to - b->v[0].from : 0;

	if (!b->step) {
		if (b->n <= max)
			return;
		b->step = all / max + 1;
	}
	coarser(b);
	while (b->n > max && b->step <= all / 2) {
		b->step *= 2;
		coarser(b);
	}
}

void bands_run(struct bands *b, const char *word, u64 from, u64 to)
{
	bool window = !strcmp(word, HELD_CWND);

	for (u32 i = 0; i < b->nover; i++) {
		const struct overlay *o = &b->over[i];
		u64 at = o->from > from ? o->from : from;
		u64 end = o->to < to ? o->to : to;

		if ((o->window && !window) || end <= at)
			continue;
		append(b, word, from, at);
		append(b, HELD_LOSS, at, end);
		from = end;
	}
	append(b, word, from, to);
	drop_over(b, to);
	if (b->n > MAX_BANDS)
		bands_thin(b, MAX_BANDS / 2);
}

void bands_clear(struct bands *b)
{
	b->n = 0;
}

void bands_free(struct bands *b)
{
	if (!b)
		return;
	free(b->v);
	free(b->over);
	free(b);
}
