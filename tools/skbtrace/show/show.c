// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show/align.h"
#include "show/show_state.h"
#include "summary/print.h"
#include "trace/out_file.h"

static void show_rec(void *arg, struct trace *t, const struct rec *r);

/* ---- opening ---- */

/* Open the output late: an error before must not truncate an old file. */
static int open_out(struct show *s)
{
	const char *name = s->opts.out;
	int err = 0;

	if (name && strcmp(name, "-")) {
		err = out_file(&s->out, name);
		s->own_fd = s->out.fd != STDOUT_FILENO;
	}
	s->pr.color = !s->pr.json && (s->color == COLOR_ALWAYS ||
		      (s->color == COLOR_AUTO && isatty(s->out.fd) &&
		       !getenv("NO_COLOR")));
	return err;
}

struct show *show_open(const struct show_opts *o)
{
	const struct summary_how how = { o->by, o->sort, o->top };
	struct show *s = xcalloc(1, sizeof(*s));

	s->opts = *o;
	if (show_opts_take(o, &s->match, &s->pr, &s->color)) {
		match_free(&s->match);
		free(s);
		return NULL;
	}
	out_open(&s->out, STDOUT_FILENO);
	s->pr.o = &s->out;
	if (o->summary || o->why || o->every || o->report)
		s->summary = summary_new(&s->match, o->summary &&
					 summary_how_dists(&how, o->json,
							   o->verbose));
	if (o->report)
		s->report = report_new(o->report, s->summary);
	if (o->every)
		s->series = series_new(s->summary, o->every);
	if (o->latency)
		s->latency = latency_new();
	if (o->latency || o->why || s->report)
		s->segments = segments_new();
	if (s->report)
		report_segments(s->report, s->segments);
	s->top = o->live;
	s->choosy = match_any(&s->match);
	s->lines = !s->summary && !s->latency && !s->opts.tap && !s->top;
	s->merge = merge_new(show_rec, s, !s->summary && !s->latency &&
			     !s->top);
	/* If "| head" closes our output, write() fails, and we end quietly. */
	signal(SIGPIPE, SIG_IGN);
	return s;
}

struct trace *show_trace(struct show *s, const char *name)
{
	struct trace *t = trace_new(name), **p = &s->traces;
	u32 id = 0;

	for (; *p; p = &(*p)->next)
		id++;
	t->id = id;
	return *p = t;
}

void show_follow(struct show *s)
{
	s->pr.follow = true;
}

/* ---- chunks ---- */

static int take_format(struct show *s, struct trace *t, const void *text,
		       size_t len)
{
	int err = trace_format(t, text, len);
	struct format *f = t->fmt;
	struct evshow *es;

	if (err || f->user)
		return err;
	err = match_format(&s->match, f, t->name);
	if (err)
		return err;
	es = xcalloc(f->nevents, sizeof(*es));
	f->user = es;
	for (u32 i = 0; i < f->nevents; i++) {
		const struct event *e = &f->events[i];

		es[i].shown = match_event(&s->match, e) && !event_is_name(e);
		if (es[i].shown)
			es[i].print = s->pr.json ? json_compile(e) :
				      text_compile(e, s->pr.verbose);
	}
	return 0;
}

static void take_info(struct show *s, struct trace *t,
		      const struct sb_info *info)
{
	if (!t->clock.set) {
		clock_pair(&t->clock, info->mono_ns, info->real_ns);
		align_trace(s->traces, t);
	}
	/* The start is not known: use the first sub-buffer of all. */
	if (!t->clock.has_t0 || (!t->t0_told && info->mono_ns < t->clock.t0))
		t->clock.t0 = info->mono_ns;
	t->clock.has_t0 = true;
	trace_lost(t, info->cpu, info->lost_total);
}

static void take_header(struct show *s, struct trace *t, const void *p,
			size_t len)
{
	char err[DECODE_ERRLEN];
	struct sb_info info;

	/* Errors in it are reported when its turn comes. */
	if (sb_header(&info, NULL, p, len, err))
		take_info(s, t, &info);
}

static int need_format(const struct trace *t)
{
	if (t->fmt)
		return 0;
	return fail(EXIT_FAILED, "%s is damaged: data before their format",
		    t->name);
}

static int take_subbuf(struct show *s, struct trace *t,
		       const struct sbt_chunk *c)
{
	u8 head[sizeof(struct skbtrace_subbuf)];
	int err = need_format(t);
	ssize_t n;

	if (err)
		return err;
	if (c->data) {
		take_header(s, t, c->data, c->len);
		merge_subbuf(s->merge, t, c->cpu, c->data, c->len);
		return 0;
	}
	n = sbt_reader_peek(t->rd, c->offset, head, sizeof(head));
	if (n == sizeof(head))
		take_header(s, t, head, n);
	merge_place(s->merge, t, c->cpu, -1, c->offset, c->len, c->crc);
	return 0;
}

int show_raw(struct show *s, struct trace *t, int fd, u64 offset,
	     const struct sb_info *info)
{
	int err = need_format(t);

	if (err)
		return err;
	take_info(s, t, info);
	merge_place(s->merge, t, info->cpu, fd, offset, info->used, 0);
	return s->code;
}

int show_trace_chunk(struct show *s, struct trace *t, const struct sbt_chunk *c,
		     bool swap)
{
	int err = 0;

	switch (c->type) {
	case SBT_FORMAT:
		err = take_format(s, t, c->data, c->len);
		break;
	case SBT_META:
		trace_meta(t, c->data, c->len);
		if (t->clock.set)
			align_trace(s->traces, t);
		break;
	case SBT_SUBBUF:
		err = take_subbuf(s, t, c);
		break;
	case SBT_MARK:
		if (c->len >= 8)
			merge_mark(s->merge, t, c->cpu, ld64(c->data, swap));
		break;
	case SBT_END:
		trace_end(t, c->data, c->len, swap);
		break;
	}
	return err ? err : s->code;
}

int show_chunk(struct show *s, const struct sbt_chunk *c)
{
	int err;

	if (!s->deflt) {
		s->deflt = show_trace(s, "live");
		show_follow(s);
	}
	err = show_trace_chunk(s, s->deflt, c, false);
	if (err)
		show_fail(s, err);
	else if (c->type == SBT_SUBBUF)
		merge_run(s->merge);
	return s->code;
}

/* ---- records ---- */

static void begin_trace(struct show *s, struct trace *t)
{
	bool head = t->fmt && s->lines;

	t->begun = true;
	t->start = t->clock.t0;
	/* All lines count from the start of the first. */
	t->clock.t0 = s->traces->clock.t0 - t->shift;
	s->pr.several = s->traces->next;
	if (head && s->pr.json)
		json_trace(&s->pr, t);
	else if (head)
		text_trace(&s->pr, t);
}

static void begin(struct show *s)
{
	int err;

	s->begun = true;
	err = match_times(&s->match, &s->traces->clock);
	if (!err && !s->report && !s->top)
		err = open_out(s);
	if (err) {
		s->code = err;
		merge_stop(s->merge);
		return;
	}
	for (struct trace *t = s->traces; t; t = t->next)
		begin_trace(s, t);
	if (s->top)
		top_begin(s->top, &s->match, s->traces);
}

static void show_top(struct show *s, struct trace *t, const struct rec *r)
{
	top_add(s->top, t, r);
	if (top_over(s->top))
		merge_stop(s->merge);
}

/* A held event is in the range if its primary is. */
static bool in_range(const struct show *s, const struct trace *t,
		     const struct rec *r)
{
	return match_time(&s->match, t, r->time + t->shift) ||
	       (r->at != r->time &&
		match_time(&s->match, t, r->at + t->shift));
}

static void tap(struct show *s, struct trace *t, const struct rec *r,
		enum matched matched)
{
	s->printed += matched == MATCHED_YES && r->ev;
	s->opts.tap->rec(s->opts.tap->arg, &s->match, t, r, matched);
	if (s->opts.tap->over && s->opts.tap->over(s->opts.tap->arg))
		merge_stop(s->merge);
}

static void add_summary(struct show *s, struct trace *t, const struct rec *r,
			enum range_part part, bool who)
{
	if (s->series)
		series_add(s->series, t, r, part, who, s->traces->clock.t0);
	else
		summary_add(s->summary, t, r, part, who);
}

static void show_lost(struct show *s, struct trace *t, const struct rec *r)
{
	/* A loss counts for its whole time span, not only at its beginning. */
	bool touches = r->time + t->shift < match_to(&s->match, t) &&
		       r->last_time + t->shift >= match_from(&s->match, t);

	losses_add(&s->losses, r);
	if (s->top) {
		show_top(s, t, r);
		return;
	}
	if (s->opts.tap) {
		tap(s, t, r, touches || in_range(s, t, r) ? MATCHED_YES :
		    MATCHED_OTHER_TIME);
		return;
	}
	if (s->latency || s->summary) {
		if (!touches)
			return;
		if (s->latency) {
			latency_lost(s->latency, t, r);
			segments_lost(s->segments, t, r);
		} else {
			add_summary(s, t, r, RANGE_IN, true);
			if (s->segments)
				segments_lost(s->segments, t, r);
		}
		if (s->report)
			lines_lost(&s->report->lines, t, r);
		return;
	}
	if (!in_range(s, t, r))
		return;
	if (s->pr.json)
		json_lost(&s->pr, t, r);
	else
		text_lost(&s->pr, t, r);
}

static void add_latency(struct show *s, struct trace *t, const struct rec *r)
{
	bool match = match_who(&s->match, t, r);

	latency_add(s->latency, t, r, match);
	segments_add(s->segments, t, r, match);
}

static enum range_part part_of(const struct show *s, const struct trace *t,
			       const struct rec *r)
{
	if (in_range(s, t, r))
		return RANGE_IN;
	return r->time + t->shift < match_from(&s->match, t) ? RANGE_BEFORE :
							       RANGE_AFTER;
}

/* Each CPU tells of it; shown once. For the rest of the trace it counts. */
static void show_shed(struct show *s, struct trace *t, const struct rec *r)
{
	struct shed shed;
	bool fresh;

	rec_shed(r, &shed);
	fresh = sheds_add(&t->sheds, &shed);
	if (s->opts.tap)
		tap(s, t, r, MATCHED_YES);
	else if (!fresh)
		return;
	else if (s->top)
		show_top(s, t, r);
	else if (s->summary)
		add_summary(s, t, r, part_of(s, t, r), true);
	else if (!s->lines || !in_range(s, t, r))
		return;
	else if (s->pr.json)
		json_shed(&s->pr, t, r, &shed);
	else
		text_shed(&s->pr, t, r, &shed);
}

static void show_summary(struct show *s, struct trace *t, const struct rec *r)
{
	const struct evshow *es = r->fmt->user;
	bool who = match_who(&s->match, t, r), later;
	enum range_part part = part_of(s, t, r);

	if ((s->match.events || s->match.where) &&
	    (!es[r->ev->index].shown || !match_where(&s->match, t, r)))
		return;
	/*
	 * Bytes of a connection are in packets, too: why finds them by socket.
	 */
	if (s->segments && part == RANGE_IN)
		segments_add(s->segments, t, r, s->report ? who : true);
	/* Events that were not chosen are only used for their names. */
	if (rec_context(r) && part == RANGE_IN)
		return;
	later = !who && match_later(&s->match, t, r);
	/* A packet also belongs to its sender, which may match. */
	if (s->report && part == RANGE_IN &&
	    (who || later || r->ev->key == KEY_PKT))
		lines_add(&s->report->lines, t, r, r->time + t->shift);
	if (who || later)
		add_summary(s, t, r, part, who);
}

/* How a record matches, for a tap. */
static enum matched matched_of(const struct show *s, const struct evshow *es,
			       struct trace *t, const struct rec *r)
{
	if (!es->shown || !match_seq(&s->match, t, r))
		return MATCHED_OTHER_KIND;
	if (!in_range(s, t, r))
		return MATCHED_OTHER_TIME;
	if (rec_context(r))
		return MATCHED_OTHER_KIND;
	return match_who(&s->match, t, r) ? MATCHED_YES : MATCHED_OTHER_CONN;
}

static void show_unknown(struct show *s, struct trace *t, const struct rec *r)
{
	s->unknown++;
	s->unknown_no = r->no;
	if (s->opts.tap)
		tap(s, t, r, in_range(s, t, r) && !match_any(&s->match) ?
		    MATCHED_YES : MATCHED_OTHER_KIND);
}

static void count_rec(struct show *s, const struct rec *r)
{
	/* As most are: an event that is marked as nothing. */
	if (!r->flags && r->ev && r->ev->role == ROLE_EVENT) {
		s->seen++;
		return;
	}
	s->seen += !rec_context(r) && (!r->ev || !event_is_name(r->ev));
	s->held += rec_held(r);
	s->gaps += rec_older_missed(r);
}

static bool is_wanted(const struct show *s, struct trace *t,
		      const struct rec *r)
{
	return match_who(&s->match, t, r) && match_seq(&s->match, t, r) &&
	       match_where(&s->match, t, r);
}

/* An event, for who makes something other of it than lines. */
static noinline void show_other(struct show *s, struct trace *t,
				const struct rec *r, const struct evshow *es)
{
	if (s->top)
		show_top(s, t, r);
	else if (s->opts.tap)
		tap(s, t, r, matched_of(s, es, t, r));
	else if (s->summary)
		show_summary(s, t, r);
	else if (!rec_context(r) && in_range(s, t, r) && es->shown)
		add_latency(s, t, r);
}

static void show_rec(void *arg, struct trace *t, const struct rec *r)
{
	struct show *s = arg;
	const struct evshow *es;

	if (!s->begun) {
		begin(s);
		if (s->code)
			return;
	}
	/* In a pipe it follows when the first ones have been printed. */
	if (!t->begun)
		begin_trace(s, t);
	if (s->out.dead || s->out.err) {
		merge_stop(s->merge);
		return;
	}
	if (r->time + t->shift > s->last)
		s->last = r->time + t->shift;
	if (r->no == SKBTRACE_LOST) {
		show_lost(s, t, r);
		return;
	}
	if (r->no == SKBTRACE_SHED) {
		show_shed(s, t, r);
		return;
	}
	count_rec(s, r);
	if (s->latency && (r->first || rec_older_missed(r)))
		latency_history(s->latency, t, r);
	if (!r->ev) {
		show_unknown(s, t, r);
		return;
	}
	if (r->ev->role != ROLE_EVENT)
		names_learn(t->names, r);
	es = (const struct evshow *)r->fmt->user + r->ev->index;
	if (!s->lines) {
		show_other(s, t, r, es);
		return;
	}
	if (!es->shown || rec_context(r) || !in_range(s, t, r) ||
	    (s->choosy && !is_wanted(s, t, r)))
		return;
	s->printed++;
	if (s->pr.json)
		json_event(&s->pr, es->print, t, r);
	else
		text_event(&s->pr, es->print, t, r);
}

int show_run(struct show *s)
{
	merge_run(s->merge);
	return s->code;
}

int show_ended(struct show *s)
{
	merge_pause(s->merge);
	return show_flush(s);
}

int show_flush(struct show *s)
{
	merge_flush(s->merge);
	/* Print the header at once, even if nothing happens. */
	if (!s->begun && !s->code && s->traces && s->traces->clock.set)
		begin(s);
	out_flush(&s->out);
	if (s->out.err && !s->code)
		s->code = fail(EXIT_FAILED, "cannot write output: %s",
			       strerror(s->out.err));
	return s->code;
}

/* ---- the end ---- */

static void free_all(struct show *s)
{
	struct trace *t;

	while ((t = s->traces)) {
		s->traces = t->next;
		for (struct format *f = t->formats; f; f = f->next) {
			struct evshow *es = f->user;

			for (u32 i = 0; es && i < f->nevents; i++)
				evprint_free(es[i].print);
			free(es);
		}
		trace_free(t);
	}
	merge_free(s->merge);
	report_free(s->report);
	series_free(s->series);
	summary_free(s->summary);
	latency_free(s->latency);
	segments_free(s->segments);
	match_free(&s->match);
	out_free(&s->out);
	if (s->own_fd)
		close(s->out.fd);
	free(s);
}

int show_close(struct show *s)
{
	int code;

	/* All offsets are known, and nothing has been passed on. */
	if (!s->code && !s->begun && align_by_offsets(s->traces))
		merge_reshift(s->merge);
	if (!s->code && s->traces)
		merge_finish(s->merge);
	if (!s->code && s->traces && !s->begun)
		begin(s);
	if (!s->code && s->traces)
		show_print_end(s);
	if (!s->code && s->traces && s->opts.tap && s->opts.tap->end)
		s->opts.tap->end(s->opts.tap->arg, s->traces);
	out_flush(&s->out);
	code = s->code;
	if (!code && s->out.err)
		code = fail(EXIT_FAILED, "cannot write output: %s",
			    strerror(s->out.err));
	if (!code && !s->out.dead) {
		show_notes(s);
		if (s->incomplete || merge_stats(s->merge)->damaged ||
		    (s->opts.strict && (s->losses.n || s->unknown)))
			code = EXIT_INCOMPLETE;
	}
	free_all(s);
	return code;
}
