// SPDX-License-Identifier: GPL-2.0
/* What a summary lacks: from which source, and when. */
#include "conn/cols.h"
#include "conn/summary.h"

/* Events of that source are lost, from @from on, and not after @to. */
static void lost_between(struct summary *s, int source, u64 from, u64 to)
{
	struct lost_span *at = &s->lost_at[source];

	if (!s->lost_src[source])
		*at = (struct lost_span){ from, to };
	at->from = from < at->from ? from : at->from;
	at->to = to > at->to ? to : at->to;
	s->lost_src[source] = true;
}

void summary_missing(struct summary *s)
{
	s->missing = true;
	for (int i = 0; i < SRC_NR; i++)
		lost_between(s, i, 0, UINT64_MAX);
}

void summary_shed(struct summary *s, const struct trace *t,
		  const struct rec *r)
{
	s->shed = t;
	for (int i = 0; i < SRC_NR; i++)
		lost_between(s, i, r->time + t->shift, UINT64_MAX);
}

void summary_lost(struct summary *s, const struct trace *t,
		  const struct rec *r)
{
	u64 from = r->time + t->shift, to = r->last_time + t->shift;

	s->lost += r->last_seq - r->seq + 1;
	for (u32 i = 0; i < r->nr_kinds; i++) {
		const struct event *e;
		struct col c;
		u32 count;
		u16 no;

		rec_lost_kind(r, i, &no, &count);
		e = format_event(r->fmt, no);
		if (!e)
			continue;
		col_fields(&c, s->match, e);
		if (c.source >= 0)
			lost_between(s, c.source, from, to);
	}
	/* Any events may be missing: nothing is certain. */
	for (int i = 0; !r->nr_kinds && i < SRC_NR; i++)
		lost_between(s, i, from, to);
}
