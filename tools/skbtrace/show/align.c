// SPDX-License-Identifier: GPL-2.0
#include "show/align.h"

/* The first one whose clock it shares; itself, if there is none. */
static struct trace *same_host(struct trace *first, struct trace *t)
{
	struct trace *o = first;

	while (o != t && !(o->clock.set && trace_same_boot(o, t)))
		o = o->next;
	return o;
}

/* By what a collector found out of both clocks, from the first trace on. */
static bool set_shift_by_offsets(struct trace *first, struct trace *t)
{
	if (t == first || !trace_same_collector(first, t))
		return false;
	if (!first->timed_by) {
		first->timed_by = first;
		first->timed_from = first->clock.t0;
	}
	t->timed_by = t;
	t->timed_from = t->clock.t0;
	t->shift = offsets_at(&t->offsets, t->timed_from) -
		   offsets_at(&first->offsets, first->timed_from);
	t->clock_error = offsets_error(&t->offsets) +
			 offsets_error(&first->offsets);
	return true;
}

static void set_shift_as(struct trace *t, const struct trace *o)
{
	t->shift = o->shift;
	t->timed_by = o->timed_by;
	t->timed_from = o->timed_from;
	t->clock_error = o->clock_error;
}

void align_trace(struct trace *first, struct trace *t)
{
	struct trace *o = same_host(first, t);

	t->host = o == t ? t->id : o->host;
	/* Others are aligned by their wall clocks. */
	t->shift = o == t ? t->clock.real_off - first->clock.real_off :
			    o->shift;
}

bool align_by_offsets(struct trace *first)
{
	bool any = false;

	for (struct trace *t = first; t; t = t->next) {
		struct trace *o = same_host(first, t);

		if (!t->clock.set)
			continue;
		if (o == t)
			any = set_shift_by_offsets(first, t) || any;
		else
			set_shift_as(t, o);
	}
	return any;
}
