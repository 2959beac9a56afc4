// SPDX-License-Identifier: GPL-2.0
/* Collecting what the summary shows. */
#include <stdio.h>
#include <stdlib.h>

#include "summary.h"

enum { MAX_ROWS = 1 << 19 };

/* An event of these names feeds the summary. */
const char *const source_events[SRC_NR] = {
	[SRC_KEYFRAME] = "tcp_active_conn", [SRC_RTTM] = "tcp_rttm",
	[SRC_RETRANS] = "tcp_retransmit", [SRC_DROP] = "skb_drop",
	[SRC_LIMIT] = "tcp_sendlimit",
	[SRC_OVERFLOW] = "tcp_listen_overflow",
	[SRC_CONG] = "tcp_congestion", [SRC_CA] = "tcp_ca_state",
};

/* The fields of an event that count, found once per format. */
struct col {
	int source;		/* enum source, -1: none */
	const struct field *f[C_NR];
	const struct field *end;
	bool loss;		/* says when losses are repaired */
	bool part;		/* only what led to a primary was written */
	bool exact;		/* some were, so others are told twice */
};

struct cols {
	const struct format *fmt;
	struct col *c;
	struct cols *next;
};

struct summary *summary_new(void)
{
	return xcalloc(1, sizeof(struct summary));
}

void summary_free(struct summary *s)
{
	struct cols *c;

	if (!s)
		return;
	for (u32 i = 0; i < s->size; i++) {
		if (s->slot[i])
			free(s->slot[i]->name);
		free(s->slot[i]);
	}
	free(s->slot);
	for (u32 i = 0; i < s->nwords; i++)
		free(s->words[i]);
	free(s->words);
	while ((c = s->cols)) {
		s->cols = c->next;
		free(c->c);
		free(c);
	}
	free(s);
}

/* ---- fields ---- */

/*
 * When losses are repaired can be told if the end of it is recorded, too:
 * "only=recovery:loss" would make it last forever. Both states end in open;
 * disorder, which sets leave out, at most follows that.
 */
static bool tells_loss(const char *spec, int source)
{
	const char *end = source == SRC_CA ? "open" : "leave";

	if (!spec)
		return true;
	if (spec_has(spec, "when") || spec_has(spec, "primary") ||
	    spec_names(spec, "skip", end) || spec_names(spec, "mask", end))
		return false;
	return !spec_has(spec, "only") || spec_names(spec, "only", end);
}

/* tcp_congestion, or tcp_ca_state if the former was not recorded. */
static bool is_loss_source(const struct trace *t, int source)
{
	const char *spec = trace_spec(t, source_events[SRC_CONG]);

	if (source == SRC_CA && spec && tells_loss(spec, SRC_CONG))
		return false;
	return tells_loss(trace_spec(t, source_events[source]), source);
}

static void find_fields(struct col *c, const struct event *e)
{
	static const char *const names[C_NR] = {
		[C_BYTES_SENT] = "bytes_sent", [C_BYTES_ACKED] = "bytes_acked",
		[C_BYTES_RETRANS] = "bytes_retrans",
		[C_RETRANS] = "total_retrans", [C_MIN_RTT] = "min_rtt_us",
		[C_SRTT] = "srtt_us", [C_BUSY] = "busy_us",
		[C_RWND] = "rwnd_limited_us", [C_SNDBUF] = "sndbuf_limited_us",
	};

	c->source = -1;
	for (int i = 0; i < SRC_NR; i++)
		if (!strcmp(e->name, source_events[i]))
			c->source = i;
	if (e->role == ROLE_CONN)
		c->source = SRC_KEYFRAME;
	switch (c->source) {
	case SRC_KEYFRAME:
		for (int i = 0; i < C_NR; i++)
			c->f[i] = event_field(e, names[i]);
		c->end = event_field(e, "end");
		break;
	case SRC_RTTM:
		c->f[0] = event_field(e, "rtt_us");
		break;
	case SRC_RETRANS:
	case SRC_DROP:
		c->f[0] = event_field(e, "segs");
		break;
	case SRC_LIMIT:
		c->f[0] = event_field(e, "reason");
		c->f[1] = event_field(e, "was");
		c->f[2] = event_field(e, "for_us");
		c->f[3] = event_field(e, "snd_cwnd");
		break;
	case SRC_CONG:
	case SRC_CA:
		c->f[0] = event_field(e, c->source == SRC_CONG ?
				      "reason" : "state");
		c->f[1] = event_field(e, "prior_cwnd");
		c->f[2] = event_field(e, "rto_us");
		c->f[3] = event_field(e, "snd_cwnd");
		break;
	}
}

static struct col *col_of(struct summary *s, const struct trace *t,
			  const struct rec *r)
{
	struct cols *c;
	struct col *i;

	for (c = s->cols; c; c = c->next)
		if (c->fmt == r->fmt)
			return &c->c[r->ev->index];
	c = xcalloc(1, sizeof(*c));
	c->fmt = r->fmt;
	c->c = xcalloc(r->fmt->nevents, sizeof(*c->c));
	for (u32 n = 0; n < r->fmt->nevents; n++) {
		i = &c->c[n];
		find_fields(i, &r->fmt->events[n]);
		i->part = spec_has(trace_spec(t, r->fmt->events[n].name),
				   "primary");
		i->loss = (i->source == SRC_CONG || i->source == SRC_CA) &&
			  is_loss_source(t, i->source);
	}
	c->next = s->cols;
	s->cols = c;
	return &c->c[r->ev->index];
}

/* ---- rows ---- */

static struct row **find_slot(const struct summary *s, u64 key)
{
	u32 i = (u32)(key * 0x9e3779b97f4a7c15ULL >> 32) & (s->size - 1);

	while (s->slot[i] && s->slot[i]->key != key)
		i = (i + 1) & (s->size - 1);
	return &s->slot[i];
}

static void grow(struct summary *s)
{
	struct row **old = s->slot;
	u32 n = s->size;

	s->size = n ? 2 * n : 64;
	s->slot = xcalloc(s->size, sizeof(*s->slot));
	for (u32 i = 0; i < n; i++)
		if (old[i])
			*find_slot(s, old[i]->key) = old[i];
	free(old);
}

static struct row *get_row(struct summary *s, struct trace *t, u64 cookie)
{
	/* Cookies of two hosts may be the same number; they are small. */
	u64 key = cookie ^ (t->shift ? (u64)t->id << 56 : 0);
	struct row **slot;
	struct row *r;

	if (2 * (s->used + 1) > s->size)
		grow(s);
	slot = find_slot(s, key);
	if (*slot)
		/* cppcheck-suppress identicalInnerCondition */
		return *slot;
	if (s->used == MAX_ROWS) {
		s->left_out++;
		return NULL;
	}
	r = xcalloc(1, sizeof(*r));
	r->key = key;
	r->cookie = cookie;
	*slot = r;
	s->used++;
	return r;
}

/* The first name of a connection that connect() has no port for yet lacks it */
static void name_row(struct row *row, struct trace *t, const struct rec *r)
{
	const struct conn *c = names_conn(t->names, row->cookie);
	char buf[CONN_TEXT], *name = NULL;
	struct addr_pair a;

	if (c)
		a = c->a;
	else if (!rec_tuple(r, &a))
		return;
	if (row->name && !a.lport)
		return;
	if (c)
		name = strndup(c->chars, c->text_len);
	else if (tuple_text(buf, &a))
		name = strdup(buf);
	if (!name)
		return;
	free(row->name);
	row->name = name;
	row->has_port = a.lport;
}

/* ---- records ---- */

static void add_keyframe(struct row *row, const struct col *c,
			 const struct rec *r, u64 now)
{
	struct keyframe *k;
	u64 end = 0;

	if (c->end)
		rec_get(r, c->end, &end);
	if (!end && row->begin.time)
		return;		/* told again; the first is the beginning */
	k = end ? &row->end : &row->begin;
	row->ended = row->ended || end;
	k->time = now;
	k->has = 0;
	for (int i = 0; i < C_NR; i++)
		if (rec_get(r, c->f[i], &k->v[i]))
			k->has |= 1u << i;
}

static void add_rtt(struct row *row, u64 us)
{
	if (!row->has_rtt || us < row->rtt_min)
		row->rtt_min = us;
	row->rtt_last = us;
	row->has_rtt = true;
}

/* A value without a word stands as itself. */
static const char *intern(struct summary *s, u64 v)
{
	enum { MAX_WORDS = 64 };
	char buf[24];

	snprintf(buf, sizeof(buf), "#%llu", (unsigned long long)v);
	for (u32 i = 0; i < s->nwords; i++)
		if (!strcmp(s->words[i], buf))
			return s->words[i];
	if (s->nwords == MAX_WORDS)
		return "other";
	s->words = xrealloc(s->words, (s->nwords + 1) * sizeof(*s->words));
	return s->words[s->nwords++] = xstrdup(buf);
}

/* The word of an enum; NULL if there is none, or it says that. */
static const char *word(struct summary *s, const struct rec *r,
			const struct field *f)
{
	const struct sym *sym;
	u64 v;

	if (!f || !f->syms || !rec_get(r, f, &v))
		return NULL;
	sym = symtab_find(f->syms, v);
	if (!sym)
		return intern(s, v);
	return strcmp(sym->word, "-") ? sym->word : NULL;
}

/* That a connection ends is no reason to wait. */
static const char *reason(struct summary *s, const struct rec *r,
			  const struct field *f)
{
	const char *w = word(s, r, f);

	return w && strcmp(w, "end") ? w : NULL;
}

/* The events around the last keyframe may come a moment after it. */
static u64 not_after_end(const struct row *row, u64 now)
{
	return row->ended && now > row->end.time ? row->end.time : now;
}

static void add_limit(struct summary *s, struct row *row, const struct col *c,
		      const struct rec *r, u64 now)
{
	u64 us, cwnd, at = not_after_end(row, now);
	s64 for_ns = HELD_NA;

	if (c->part || !c->f[0] || !c->f[0]->syms)
		return;
	if (rec_get(r, c->f[2], &us) && us < INT64_MAX / 1000) {
		for_ns = us * 1000;
		for_ns -= now - at < (u64)for_ns ? (s64)(now - at) : for_ns;
	}
	if (rec_get(r, c->f[3], &cwnd))
		held_window(&row->held, at, cwnd);
	held_limit(&row->held, at, reason(s, r, c->f[0]),
		   reason(s, r, c->f[1]), for_ns);
}

static bool one_of(const char *w, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(w, *list))
			return true;
	return false;
}

/* Losses, or their end; after a timeout, that has been waited for, too. */
static void add_loss(struct row *row, const struct col *c, const struct rec *r,
		     u64 now, bool begin, bool timeout)
{
	u64 full = 0, us = 0, cwnd;

	now = not_after_end(row, now);
	if (begin) {
		rec_get(r, c->f[1], &full);
		if (timeout && (!rec_get(r, c->f[2], &us) || us > UINT32_MAX))
			us = 0;
		held_loss_begin(&row->held, now, us * 1000, full);
		return;
	}
	held_loss_end(&row->held, now);
	if (rec_get(r, c->f[3], &cwnd))
		held_window(&row->held, now, cwnd);
}

static void add_congestion(struct summary *s, struct row *row,
			   const struct col *c, const struct rec *r, u64 now)
{
	static const char *const begin[] = { "fastrtx", "frto-loss", NULL };
	static const char *const timeout[] = { "loss", "frto", NULL };
	const char *w = c->loss ? word(s, r, c->f[0]) : NULL;

	if (!w)
		return;
	if (one_of(w, begin) || one_of(w, timeout))
		add_loss(row, c, r, now, true, one_of(w, timeout));
	else if (!strcmp(w, "leave"))
		add_loss(row, c, r, now, false, false);
	else if (!strcmp(w, "undo"))
		held_undo(&row->held);
}

static void add_ca_state(struct summary *s, struct row *row,
			 const struct col *c, const struct rec *r, u64 now)
{
	static const char *const states[] = { "recovery", "loss", NULL };
	const char *w = c->loss && !s->seen_src[SRC_CONG] ?
			word(s, r, c->f[0]) : NULL;

	if (w)
		add_loss(row, c, r, now, one_of(w, states),
			 !strcmp(w, "loss"));
}

static u64 segments(const struct rec *r, const struct field *f)
{
	u64 n;

	return rec_get(r, f, &n) && n ? n : 1;
}

static void add_lost(struct summary *s, const struct rec *r)
{
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
		find_fields(&c, e);
		if (c.source >= 0)
			s->lost_src[c.source] = true;
	}
	/* Nobody knows what they were: nothing is certain. */
	for (int i = 0; !r->nr_kinds && i < SRC_NR; i++)
		s->lost_src[i] = true;
}

void summary_add(struct summary *s, struct trace *t, const struct rec *r)
{
	u64 now = r->time + t->shift, cookie, us;
	struct col *c;
	struct row *row;

	if (r->no == SKBTRACE_LOST) {
		add_lost(s, r);
		return;
	}
	s->events++;
	c = col_of(s, t, r);
	if (rec_inferred(r) && c->exact)
		return;
	c->exact = !rec_inferred(r);
	/* What comes after the last primary nobody has written. */
	c->part = c->part || rec_held(r);
	c->loss = c->loss && !c->part;
	if (c->source >= 0)
		s->seen_src[c->source] = true;
	cookie = rec_cookie(r);
	row = cookie ? get_row(s, t, cookie) : NULL;
	if (!row)
		return;
	if (!row->has_port)
		name_row(row, t, r);
	if (!row->trace) {
		row->first = now;
		row->held.since = now;
	}
	row->trace = t;
	row->last = now > row->last ? now : row->last;
	row->is_conn = row->is_conn || r->ev->key == KEY_SK;
	switch (c->source) {
	case SRC_KEYFRAME:
		add_keyframe(row, c, r, now);
		break;
	case SRC_RTTM:
		if (rec_get(r, c->f[0], &us))
			add_rtt(row, us);
		break;
	case SRC_RETRANS:
		row->retrans += segments(r, c->f[0]);
		break;
	case SRC_DROP:
		row->drops += segments(r, c->f[0]);
		break;
	case SRC_LIMIT:
		add_limit(s, row, c, r, now);
		break;
	case SRC_CONG:
		add_congestion(s, row, c, r, now);
		break;
	case SRC_CA:
		add_ca_state(s, row, c, r, now);
		break;
	case SRC_OVERFLOW:
		row->overflows++;
		break;
	}
}

/* ---- where the time went ---- */

static u64 row_end(const struct row *r)
{
	return r->ended ? r->end.time : r->until > r->last ? r->until : r->last;
}

u64 row_life(const struct row *r)
{
	u64 end = row_end(r);

	return end > r->first ? (end - r->first) / 1000 : 0;
}

/*
 * The kernel counts from the connection's birth, our time from its first event
 * in the trace, so what it had counted before is taken off.
 */
static u64 spent(const struct row *r, enum counter i)
{
	u64 before = r->begin.has & 1u << i ? r->begin.v[i] : 0;

	return r->end.v[i] > before ? r->end.v[i] - before : 0;
}

u64 row_retrans(const struct row *r)
{
	return r->ended && r->end.has & 1u << C_RETRANS ?
	       spent(r, C_RETRANS) : r->retrans;
}

/*
 * What the kernel counted, in jiffies: parts may overshoot the whole. While it
 * says busy, and nothing else, losses are repaired, or the window is small.
 */
static u32 kernel_parts(const struct row *r, struct held_part *p, u64 life)
{
	const u32 need = 1u << C_BUSY | 1u << C_RWND | 1u << C_SNDBUF;
	u64 rwnd = spent(r, C_RWND), sndbuf = spent(r, C_SNDBUF);
	u64 busy = spent(r, C_BUSY), loss;

	if (!r->ended || (r->end.has & need) != need)
		return 0;
	rwnd = rwnd < life ? rwnd : life;
	sndbuf = sndbuf < life - rwnd ? sndbuf : life - rwnd;
	busy -= busy > rwnd + sndbuf ? rwnd + sndbuf : busy;
	if (busy > life - rwnd - sndbuf)
		busy = life - rwnd - sndbuf;
	loss = (held_ns(&r->held, HELD_LOSS) + r->held.small_ns) / 1000;
	loss = loss < busy ? loss : busy;
	p[0] = (struct held_part){ .word = "cwnd", .us = busy - loss };
	p[1] = (struct held_part){ .word = "swnd", .us = rwnd };
	p[2] = (struct held_part){ .word = "sndbuf", .us = sndbuf };
	p[3] = (struct held_part){ .word = HELD_LOSS, .us = loss };
	p[4] = (struct held_part){ .word = HELD_APP,
				   .us = life - rwnd - sndbuf - busy };
	return 5;
}

/*
 * A connection without a tcp_sendlimit may be one that sample= or skip= have
 * left out, so that says nothing about it.
 */
u32 row_parts(const struct row *r, struct held_part p[MAX_PARTS])
{
	const struct held *h = &r->held;
	u64 life = row_life(r);
	u32 n = h->n;

	if (h->told)
		for (u32 i = 0; i < n; i++)
			p[i] = (struct held_part){ .word = h->v[i].word,
						   .us = h->v[i].ns / 1000 };
	else
		n = kernel_parts(r, p, life);
	return held_tidy(p, n, life);
}

/* Up to when is anything known of what stands in @t? */
static u64 trace_until(const struct trace *traces, const struct trace *t,
		       u64 last)
{
	u64 until = 0;

	for (; traces; traces = traces->next)
		if (traces->shift == t->shift && traces->has_end &&
		    traces->end.mono_ns + t->shift > until)
			until = traces->end.mono_ns + t->shift;
	return until ? until : last;
}

static void close_row(struct row *r, u64 until)
{
	struct held_part p[MAX_PARTS];
	u64 life, app = 0;
	u32 n;

	/* A listener, or a socket that only lost a packet, is no life. */
	if (r->is_conn && !r->overflows)
		r->until = until;
	held_close(&r->held, row_end(r));
	life = row_life(r);
	n = row_parts(r, p);
	for (u32 i = 0; i < n; i++)
		if (!strcmp(p[i].word, HELD_APP))
			app = p[i].us;
	r->permille = n ? (u64)((life - app) * 1000.0L / life) : 0;
}

void summary_close(struct summary *s, const struct trace *traces, u64 last,
		   u64 to)
{
	u64 until;

	for (u32 i = 0; i < s->size; i++) {
		struct row *r = s->slot[i];

		if (!r)
			continue;
		until = trace_until(traces, r->trace, last);
		close_row(r, until < to ? until : to);
	}
}
