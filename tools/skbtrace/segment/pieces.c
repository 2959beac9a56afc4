// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "segment/pieces.h"

static struct piece *piece_at(const struct pieces *p, u32 i)
{
	return p->v + p->first + i;
}

/* The first piece that ends after @seq, or n. */
static u32 find(const struct pieces *p, u32 seq)
{
	u32 lo = 0, hi = p->n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (seq_before(seq, piece_at(p, mid)->end))
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

static void make_space(struct pieces *p)
{
	if (p->first + p->n < p->size)
		return;
	if (p->first > p->size / 2) {
		memmove(p->v, p->v + p->first, p->n * sizeof(*p->v));
		p->first = 0;
		return;
	}
	p->size = p->size ? 2 * p->size : 16;
	p->v = xrealloc(p->v, p->size * sizeof(*p->v));
}

/* An empty piece; the caller fills it in. */
static struct piece *insert(struct pieces *p, u32 i)
{
	struct piece *new;

	make_space(p);
	new = piece_at(p, i);
	memmove(new + 1, new, (p->n - i) * sizeof(*new));
	p->n++;
	return new;
}

static void add(struct pieces *p, u32 i, u32 seq, u32 end)
{
	*insert(p, i) = (struct piece){ .seq = seq, .end = end };
}

/* Cuts piece @i at @seq; the rest becomes piece @i + 1. */
static void cut(struct pieces *p, u32 i, u32 seq)
{
	struct piece *new = insert(p, i);

	new[0] = new[1];
	new[0].end = seq;
	new[1].seq = seq;
}

struct piece_span pieces_span(struct pieces *p, u32 seq, u32 end, bool make)
{
	u32 i = find(p, seq), at = seq, next;
	struct piece_span s;

	if (i < p->n && seq_before(piece_at(p, i)->seq, seq))
		cut(p, i++, seq);
	s.from = i;
	while (seq_before(at, end)) {
		if (i < p->n && piece_at(p, i)->seq == at) {
			if (seq_before(end, piece_at(p, i)->end))
				cut(p, i, end);
			at = piece_at(p, i++)->end;
			continue;
		}
		next = i < p->n && seq_before(piece_at(p, i)->seq, end) ?
		       piece_at(p, i)->seq : end;
		if (make)
			add(p, i++, at, next);
		at = next;
	}
	s.to = i;
	s.from += p->first;
	s.to += p->first;
	return s;
}

void pieces_drop(struct pieces *p, u32 n)
{
	p->first += n;
	p->n -= n;
	if (!p->n)
		p->first = 0;
}

void pieces_free(struct pieces *p)
{
	free(p->v);
	*p = (struct pieces){ 0 };
}
