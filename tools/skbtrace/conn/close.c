// SPDX-License-Identifier: GPL-2.0
/* Closes the summary: connections and reasons end with the traces. */
#include "conn/summary.h"

u64 summary_until(const struct trace *traces, const struct trace *t, u64 last)
{
	u64 until = 0;

	for (; traces; traces = traces->next)
		if (traces->host == t->host && traces->has_end &&
		    traces->end.mono_ns + t->shift > until)
			until = traces->end.mono_ns + t->shift;
	return until ? until : last;
}

void summary_close(struct summary *s, const struct trace *traces, u64 last,
		   u64 to)
{
	struct row *r;
	u64 until;

	strays_settle(s);
	hash_each(&s->rows, i, r) {
		if (r->is_conn && !r->ended && !r->nth)
			row_enter(s, r);
		until = summary_until(traces, r->trace, last);
		until = until < to ? until : to;
		/* Where events are missing, an answer may be among them */
		if (!s->lost && !s->missing && !s->shed)
			turns_close(r, until);
		row_close(r, until);
	}
}
