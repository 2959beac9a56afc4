// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "report/marks.h"

enum { MAX_MARKS = 1024 };

static bool same_word(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool alike(const struct mark *a, const struct mark *b, u64 step)
{
	return a->what == b->what && a->way == b->way &&
	       a->t / step == b->t / step && same_word(a->word, b->word);
}

/* Merge into a mark of the same step; only the last ones are searched. */
static bool join(struct marks *m, u32 n, const struct mark *new)
{
	for (u32 i = n; i-- && m->v[i].t / m->step == new->t / m->step;) {
		struct mark *old = &m->v[i];

		if (!alike(old, new, m->step))
			continue;
		old->n += new->n;
		old->segs += new->segs;
		return true;
	}
	return false;
}

static void coarser(struct marks *m)
{
	u32 n = 0;

	for (u32 i = 0; i < m->n; i++)
		if (!join(m, n, &m->v[i]))
			m->v[n++] = m->v[i];
	m->n = n;
}

void marks_thin(struct marks *m, u32 max)
{
	u64 all = m->n ? m->v[m->n - 1].t - m->v[0].t : 0;

	if (!m->step) {
		if (m->n <= max)
			return;
		m->step = all / max + 1;
	}
	coarser(m);
	while (m->n > max && m->step <= all / 2) {
		m->step *= 2;
		coarser(m);
	}
	/* Too many words: only counted in @seen. */
	if (m->n > max)
		m->n = max;
}

void marks_add(struct marks *m, const struct mark *new)
{
	u32 i;

	m->seen++;
	if (m->n == MAX_MARKS)
		marks_thin(m, MAX_MARKS / 2);
	if (m->n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 4;
		m->v = xrealloc(m->v, m->cap * sizeof(*m->v));
	}
	for (i = m->n++; i && m->v[i - 1].t > new->t; i--)
		m->v[i] = m->v[i - 1];
	m->v[i] = *new;
}

void marks_free(struct marks *m)
{
	free(m->v);
}
