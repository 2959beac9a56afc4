// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "latency.h"
#include "losses.h"
#include "match.h"
#include "merge.h"
#include "out.h"
#include "show.h"
#include "summary.h"
#include "why/why.h"

/* What a format's events are to us. */
struct evshow {
	bool shown;
	struct evprint *print;
};

struct show {
	struct show_opts opts;
	struct match match;
	struct merge *merge;
	struct trace *traces;	/* in the order given */
	struct trace *deflt;	/* of show_chunk() */
	struct summary *summary;
	struct latency *latency;
	struct out out;
	struct printer pr;
	enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;
	bool own_fd;
	bool begun;		/* headers are printed */
	bool incomplete;	/* an input was cut off or damaged */
	int code;		/* an error met in the sink */
	u64 seen;		/* events of all kinds, names are none */
	u64 printed;
	u64 unknown;
	u16 unknown_no;
	struct losses losses;
	u64 held;		/* events that had been held back */
	u64 gaps;		/* primaries before which older ones are gone */
	u64 last;		/* time of the latest record */
};

static void show_rec(void *arg, struct trace *t, const struct rec *r);

/* ---- opening ---- */

/* Not before there is something to write: a mistake must cost no old file. */
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

static int parse_opts(struct show *s)
{
	const struct show_opts *o = &s->opts;
	const char *c = o->color ? o->color : "auto";

	s->pr.json = o->json;
	s->pr.verbose = o->verbose;
	if (o->time && !time_format_parse(o->time, &s->pr.time)) {
		msg("-t %s: no such time format", o->time);
		hint("rel wall utc delta epoch mono");
		return EXIT_USAGE;
	}
	if (!strcmp(c, "always"))
		s->color = COLOR_ALWAYS;
	else if (!strcmp(c, "never"))
		s->color = COLOR_NEVER;
	else if (strcmp(c, "auto"))
		return fail(EXIT_USAGE, "--color %s: not auto, always or never",
			    c);
	if (o->summary + o->latency + o->why > 1)
		return fail(EXIT_USAGE, "--summary, --latency, --why: pick one");
	if (o->seqs.n && (o->summary || o->latency || o->why))
		return fail(EXIT_USAGE, "--seq is for lines");
	if (o->top && !o->why)
		return fail(EXIT_USAGE, "--top needs --why");
	if (o->conn) {
		int err = match_conn_parse(&s->match, o->conn);

		if (err)
			return err;
	}
	if (o->filter) {
		int err = filter_compile(&s->match.filter, FILTER_CONN,
					 o->filter);

		if (err)
			return err;
	}
	s->match.seqs = o->seqs;
	s->match.events = o->events;
	s->match.since = o->since;
	s->match.until = o->until;
	return 0;
}

struct show *show_open(const struct show_opts *o)
{
	struct show *s = xcalloc(1, sizeof(*s));

	s->opts = *o;
	if (parse_opts(s)) {
		filter_free(&s->match.filter);
		free(s);
		return NULL;
	}
	out_open(&s->out, STDOUT_FILENO);
	s->pr.o = &s->out;
	if (o->summary || o->why)
		s->summary = summary_new(&s->match);
	if (o->latency)
		s->latency = latency_new();
	s->merge = merge_new(show_rec, s);
	/* "| head" closes our output: write() says so, and we end quietly. */
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
	es = xcalloc(f->nevents, sizeof(*es));
	f->user = es;
	for (u32 i = 0; i < f->nevents; i++) {
		const struct event *e = &f->events[i];

		es[i].shown = match_event(&s->match, e) && !event_is_name(e);
		if (es[i].shown)
			es[i].print = s->pr.json ? json_compile(e) :
				      text_compile(e, s->pr.verbose);
	}
	return match_events_check(&s->match, f, t->name);
}

/* Captures of one host and boot share a clock, and the cookies are the same. */
static void set_shift(struct show *s, struct trace *t)
{
	struct trace *o = s->traces;

	while (o != t && !(o->clock.set && trace_same_boot(o, t)))
		o = o->next;
	t->host = o == t ? t->id : o->host;
	/* Others are laid side by side by their wall clocks. */
	t->shift = o == t ? t->clock.real_off - s->traces->clock.real_off :
			    o->shift;
}

static void take_info(struct show *s, struct trace *t,
		      const struct sb_info *info)
{
	if (!t->clock.set) {
		clock_pair(&t->clock, info->mono_ns, info->real_ns);
		set_shift(s, t);
	}
	/* Nobody said when it began: with the first sub-buffer of all. */
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

	/* What is wrong with it is said when its turn comes. */
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

int show_feed(struct show *s, struct trace *t, const struct sbt_chunk *c,
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
			set_shift(s, t);
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
	err = show_feed(s, s->deflt, c, false);
	if (!err && c->type == SBT_SUBBUF)
		merge_run(s->merge);
	return err ? err : s->code;
}

/* ---- records ---- */

static void begin_trace(struct show *s, struct trace *t)
{
	bool head = t->fmt && !s->summary && !s->latency;

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
	if (!err)
		err = open_out(s);
	if (err) {
		s->code = err;
		merge_stop(s->merge);
		return;
	}
	for (struct trace *t = s->traces; t; t = t->next)
		begin_trace(s, t);
}

/* What was held back tells how it came to what happened in the range. */
static bool in_range(const struct show *s, const struct trace *t,
		     const struct rec *r)
{
	return match_time(&s->match, r->time + t->shift) ||
	       (r->at != r->time && match_time(&s->match, r->at + t->shift));
}

static void show_lost(struct show *s, struct trace *t, const struct rec *r)
{
	losses_add(&s->losses, r);
	if (s->latency || s->summary) {
		/* It counts as long as it lasts, not only where it began. */
		if (r->time + t->shift >= s->match.to ||
		    r->last_time + t->shift < s->match.from)
			return;
		if (s->latency)
			latency_lost(s->latency, t, r);
		else
			summary_add(s->summary, t, r, RANGE_IN, true);
		return;
	}
	if (!in_range(s, t, r))
		return;
	if (s->pr.json)
		json_lost(&s->pr, t, r);
	else
		text_lost(&s->pr, t, r);
}

static void show_summary(struct show *s, struct trace *t, const struct rec *r)
{
	const struct evshow *es = r->fmt->user;
	bool who = match_who(&s->match, t, r);
	enum range_part part = RANGE_IN;

	if (s->match.events && !es[r->ev->index].shown)
		return;
	if (!in_range(s, t, r))
		part = r->time + t->shift < s->match.from ? RANGE_BEFORE :
							    RANGE_AFTER;
	if (who || match_later(&s->match, t, r))
		summary_add(s->summary, t, r, part, who);
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
	/* It follows in a pipe, where the first ones are long printed. */
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
	s->seen += !r->ev || !event_is_name(r->ev);
	s->held += rec_held(r);
	s->gaps += rec_older_missed(r);
	if (s->latency && (r->first || rec_older_missed(r)))
		latency_history(s->latency, t, r);
	if (!r->ev) {
		s->unknown++;
		s->unknown_no = r->no;
		return;
	}
	if (r->ev->role != ROLE_EVENT)
		names_learn(t->names, r);
	es = (const struct evshow *)r->fmt->user + r->ev->index;
	if (s->summary) {
		show_summary(s, t, r);
		return;
	}
	if (!in_range(s, t, r))
		return;
	if (s->latency) {
		if (es->shown)
			latency_add(s->latency, t, r,
				    match_who(&s->match, t, r));
		return;
	}
	if (!es->shown || !match_who(&s->match, t, r) ||
	    !match_seq(&s->match, t, r))
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
	merge_run(s->merge);
	/* The first line says that we are there, even if nothing happens. */
	if (!s->begun && !s->code && s->traces && s->traces->clock.set)
		begin(s);
	out_flush(&s->out);
	if (s->out.err && !s->code)
		s->code = fail(EXIT_FAILED, "cannot write output: %s",
			       strerror(s->out.err));
	return s->code;
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

/* ---- the end ---- */

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

static void notes(const struct show *s)
{
	const struct merge_stats *st = merge_stats(s->merge);

	if (!s->printed && !s->summary && !s->latency && !s->deflt && s->seen &&
	    (s->match.by_conn || s->match.filter.expr || s->match.events ||
	     s->match.seqs.n ||
	     s->match.since || s->match.until))
		msg("none of %llu events is what was asked for",
		    (unsigned long long)s->seen);
	losses_note(&s->losses, s->seen);
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
	summary_free(s->summary);
	latency_free(s->latency);
	filter_free(&s->match.filter);
	free(s->match.seqs.v);
	out_free(&s->out);
	if (s->own_fd)
		close(s->out.fd);
	free(s);
}

/* Of the one that ended last; one that was cut off says nothing. */
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

static void print_end(struct show *s)
{
	struct totals n = {
		.events = s->printed,
		.lost = s->losses.n,
		.unknown = s->unknown,
		.backward = merge_stats(s->merge)->backward,
		.held = s->held,
		.complete = !s->incomplete && !merge_stats(s->merge)->damaged,
	};

	total_traces(s, &n);
	if (s->opts.why)
		why_summary(s->summary, &s->pr, s->traces, s->last, s->match.to,
			    s->opts.top);
	else if (s->summary)
		summary_print(s->summary, &s->pr, s->traces, s->last,
			      s->match.to);
	else if (s->latency)
		latency_print(s->latency, &s->pr);
	else if (s->pr.json)
		json_trace_end(&s->pr, &n);
}

int show_close(struct show *s)
{
	int code;

	if (!s->code && s->traces)
		merge_finish(s->merge);
	if (!s->code && s->traces && !s->begun)
		begin(s);
	if (!s->code && s->traces)
		print_end(s);
	out_flush(&s->out);
	code = s->code;
	if (!code && s->out.err)
		code = fail(EXIT_FAILED, "cannot write output: %s",
			    strerror(s->out.err));
	if (!code && !s->out.dead) {
		notes(s);
		if (s->incomplete || merge_stats(s->merge)->damaged ||
		    (s->opts.strict && (s->losses.n || s->unknown)))
			code = EXIT_INCOMPLETE;
	}
	free_all(s);
	return code;
}
