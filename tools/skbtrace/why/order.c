// SPDX-License-Identifier: GPL-2.0
/* Which connections are examined, in which order, and what is in doubt. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "why/why.h"

/* Those in trouble first, by the time they lost. */
static int worse(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (why_trouble(x) != why_trouble(y))
		return why_trouble(x) ? -1 : 1;
	if (why_trouble(x) && x->us != y->us)
		return x->us < y->us ? 1 : -1;
	return row_order(x->row, y->row);
}

/* Neither a listener nor a socket without events is a connection. */
static bool is_of_interest(const struct row *r)
{
	return r->matched && r->seen && (r->is_conn || r->drops) &&
	       (r->a.pport || r->overflows);
}

static void find(const struct why *w, const struct row *r, struct found *f)
{
	struct case_file c;

	why_judge(w, r, &c);
	*f = (struct found){ .row = r, .rule = c.n ? c.v[0].rule : NULL,
			     .us = c.n ? c.v[0].us : 0 };
}

u32 why_tally(const struct found *f, u32 n, struct tally *of)
{
	u32 fine = 0;

	for (u32 i = 0; i < n; i++) {
		if (why_trouble(&f[i]) || !f[i].rule)
			continue;
		fine += f[i].rule->kind == RULE_HEALTHY;
		of[f[i].rule - rules].n++;
		of[f[i].rule - rules].one = f[i].row;
	}
	return fine;
}

static void __attribute__((format(printf, 2, 3)))
doubt(struct doubts *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(d->text[d->n], sizeof(d->text[0]), fmt, ap);
	va_end(ap);
	d->n++;
}

void why_doubts(const struct why *w, struct doubts *d)
{
	const struct summary *s = w->s;

	d->n = 0;
	if (s->lost)
		doubt(d, "LOST %llu of %llu events: a verdict that needs them is likely at most",
		      (unsigned long long)s->lost,
		      (unsigned long long)(s->lost + s->events));
	if (s->shed) {
		char part[SHEDS_TEXT];

		sheds_text(&s->shed->sheds, s->shed->start, part);
		doubt(d, "SHED, %s: no verdict is certain, and who is healthy may be so in part only",
		      part);
	}
	if (w->s->missing)
		doubt(d, "parts of the recording are missing: no verdict is certain, not that of the healthy ones either");
	if (!w->recorded[SRC_TURN])
		doubt(d, "tcp_turn was not recorded: a peer that thinks looks like an idle program");
	if (!w->recorded[SRC_LIMIT])
		doubt(d, "tcp_sendlimit was not recorded: what held a sender back is known in part only");
}

u32 why_find(const struct why *w, struct found **found)
{
	struct found *f = xcalloc(w->s->rows.used + 1, sizeof(*f));
	const struct row *r;
	u32 n = 0;

	hash_each(&w->s->rows, i, r)
		if (is_of_interest(r))
			find(w, r, &f[n++]);
	qsort(f, n, sizeof(*f), worse);
	*found = f;
	return n;
}
