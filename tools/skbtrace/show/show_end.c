// SPDX-License-Identifier: GPL-2.0
/* Prints what follows the last record. */
#include <stdio.h>

#include "show/series_print.h"
#include "show/show_state.h"
#include "summary/print.h"
#include "why/why.h"

static void note_history(const struct show *s)
{
	char gaps[80] = "";

	if (s->gaps)
		snprintf(gaps, sizeof(gaps),
			 "; older ones are gone at %llu primaries (older=missed)",
			 (unsigned long long)s->gaps);
	msg("history: %llu events that had been held back%s",
	    (unsigned long long)s->held, gaps);
}

/* Of each trace, what it lacks. */
static void note_sheds(const struct show *s)
{
	char text[SHEDS_TEXT], limit[PPM_TEXT];

	for (const struct trace *t = s->traces; t; t = t->next) {
		if (!t->sheds.n)
			continue;
		sheds_text(&t->sheds, t->start, text);
		msg("SHED (max_cost %s): %s",
		    fmt_ppm(limit, t->sheds.v[0].limit_ppm), text);
	}
}

void show_notes(const struct show *s)
{
	const struct merge_stats *st = merge_stats(s->merge);

	if (!s->printed && !s->summary && !s->latency && !s->top && !s->deflt &&
	    s->seen &&
	    (match_any(&s->match) || s->match.since || s->match.until))
		msg("none of %llu events is what was asked for",
		    (unsigned long long)s->seen);
	losses_note(&s->losses, s->seen);
	note_sheds(s);
	/* live has totals of its own */
	if (s->gaps || (s->held && !s->deflt))
		note_history(s);
	if (s->unknown)
		msg("skipped, for the format does not name them: %llu events (no. %u)",
		    (unsigned long long)s->unknown, s->unknown_no);
	if (st->backward)
		msg("steps back in time, printed as they are: %llu",
		    (unsigned long long)st->backward);
	if (st->forced)
		msg("order is not certain: a CPU did not say how far it is complete");
}

/* The end of the last trace; not known for one that was cut off. */
static void total_traces(const struct show *s, struct totals *n)
{
	n->ended = true;
	n->end_ns = INT64_MIN;
	for (const struct trace *t = s->traces; t; t = t->next) {
		s64 end = t->end.mono_ns + t->shift - s->traces->clock.t0;

		n->traces++;
		n->ended = n->ended && t->has_end;
		if (end > n->end_ns)
			n->end_ns = end;
	}
}

static void show_series(struct show *s)
{
	s->code = series_close(s->series, s->traces, s->last, s->match.to);
	if (!s->code)
		series_print(s->series, &s->pr, &s->traces->clock);
}

/* Latencies of bytes, packets, or both; latency_print() reports none. */
static void show_latency(struct show *s)
{
	bool bytes = segments_any(s->segments);

	if (bytes)
		segments_print(s->segments, &s->pr, s->traces);
	if (!bytes || s->latency->events)
		latency_print(s->latency, &s->pr);
}

void show_print_end(struct show *s)
{
	struct totals n = {
		.events = s->printed,
		.lost = s->losses.n,
		.unknown = s->unknown,
		.backward = merge_stats(s->merge)->backward,
		.held = s->held,
		.complete = !s->incomplete && !merge_stats(s->merge)->damaged,
	};
	const struct summary_how how = { s->opts.by, s->opts.sort,
					 s->opts.top };

	total_traces(s, &n);
	if (s->summary && merge_stats(s->merge)->damaged)
		summary_missing(s->summary);
	if (s->top)
		top_end(s->top, s->last);
	else if (s->report)
		s->code = report_print(s->report, s->traces, s->last,
				       s->match.to, n.complete);
	else if (s->series)
		show_series(s);
	else if (s->opts.why)
		why_summary(s->summary, s->segments, &s->pr, s->traces, s->last,
			    s->match.to, s->opts.top);
	else if (s->summary)
		summary_print(s->summary, &s->pr, s->traces, s->last,
			      s->match.to, &how);
	else if (s->latency)
		show_latency(s);
	else if (s->pr.json)
		json_trace_end(&s->pr, &n);
}

bool show_dead(const struct show *s)
{
	return s->out.dead;
}

void show_fail(struct show *s, int code)
{
	s->code = code;
	merge_stop(s->merge);
}

void show_incomplete(struct show *s)
{
	s->incomplete = true;
}
