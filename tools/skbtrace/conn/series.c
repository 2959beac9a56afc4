// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn/series.h"

enum { MAX_SAMPLES = 1 << 19, MAX_OTHERS = 8 };

/* Limit of reasons; kernels have less than half as many. */
enum { MAX_WORDS = 64 };

const char *const gauge_names[GAUGE_NR] = {
	[GAUGE_CWND] = "snd_cwnd", [GAUGE_SSTHRESH] = "snd_ssthresh",
	[GAUGE_INFLIGHT] = "inflight", [GAUGE_WND] = "snd_wnd",
	[GAUGE_SRTT] = "srtt_us",
};

/* Fields of an event, NULL: it has none of that name. */
struct fields {
	const struct field *g[GAUGE_NR], *nxt;
};

struct series {
	struct summary *s;
	u64 every, t0;
	u64 cookie;		/* of whom, 0: not known yet */
	u32 host;
	struct {
		u64 cookie;
		u32 host;
	} others[MAX_OTHERS];
	u32 nothers;
	struct per_event fields;
	struct sample *v;	/* the last one is open */
	u32 n, cap;
	bool too_many;
	struct gauge_value g[GAUGE_NR];
	bool has_nxt;
	u32 nxt;		/* latest snd_nxt, or what was acknowledged */
	u64 sent;		/* bytes it grew by */
	u64 acked, retrans, drops, sent_before;	/* in samples that are closed */
	struct held_time held[MAX_WORDS];	/* the same */
	u32 nheld;
	u64 held_to;		/* up to here */
	u64 lossy_to;
	bool recorded[SRC_NR];
};

static void fill(void *item, const struct event *e, void *arg)
{
	struct fields *f = item;

	(void)arg;
	for (int i = 0; i < GAUGE_NR; i++)
		f->g[i] = event_field(e, gauge_names[i]);
	f->nxt = event_field(e, "snd_nxt");
}

struct series *series_new(struct summary *s, u64 every)
{
	struct series *sr = xcalloc(1, sizeof(*sr));

	sr->s = s;
	sr->every = every;
	sr->fields = (struct per_event){ .size = sizeof(struct fields),
					 .fill = fill };
	return sr;
}

void series_free(struct series *sr)
{
	if (!sr)
		return;
	for (u32 i = 0; i < sr->n; i++)
		free(sr->v[i].parts);
	free(sr->v);
	per_event_free(&sr->fields);
	free(sr);
}

/* ---- what held it back ---- */

/* NULL: too many words. */
static struct held_time *held_get(struct held_time *v, u32 *n, const char *word)
{
	for (u32 i = 0; i < *n; i++)
		if (!strcmp(v[i].word, word))
			return &v[i];
	if (*n == MAX_WORDS)
		return NULL;
	v[*n] = (struct held_time){ word, 0 };
	return &v[(*n)++];
}

static void part_add(struct sample *p, const char *word, u64 ns)
{
	struct held_time *h;

	if (!ns)
		return;
	p->parts = xrealloc(p->parts, (p->nparts + 1) * sizeof(*p->parts));
	h = held_get(p->parts, &p->nparts, word);
	if (h)
		h->ns += ns;
}

/*
 * An event shows that the last @ns of @from were @to: move that time, or as
 * much as there is.
 */
static void rename_past(struct series *sr, const char *from, const char *to,
			u64 ns)
{
	for (u32 i = sr->n; i-- && ns;) {
		struct sample *p = &sr->v[i];
		u64 take = 0;

		for (u32 k = 0; k < p->nparts; k++) {
			if (strcmp(p->parts[k].word, from))
				continue;
			take = p->parts[k].ns < ns ? p->parts[k].ns : ns;
			p->parts[k].ns -= take;
			break;
		}
		part_add(p, to, take);
		ns -= take;
	}
}

/* Time moved from parts that became smaller to those that became larger. */
static void settle(struct series *sr, struct held_time *more, u32 nmore,
		   struct held_time *less)
{
	for (u32 i = 0; i < nmore && less->ns; i++) {
		u64 ns = more[i].ns < less->ns ? more[i].ns : less->ns;

		rename_past(sr, less->word, more[i].word, ns);
		more[i].ns -= ns;
		less->ns -= ns;
	}
}

/*
 * Backward in time: the last part is the answer's way, before that the
 * question.
 */
static int rtt_last(const void *a, const void *b)
{
	const struct held_time *x = a, *y = b;

	return !strcmp(x->word, HELD_RTT) - !strcmp(y->word, HELD_RTT);
}

/*
 * Times up to @now, less those in earlier samples. Called before and after an
 * event: a change by the event belongs to the past, as an answer shows at its
 * end that the time before was spent waiting for the peer. So the sums of all
 * samples equal the summary.
 */
static void take_held(struct series *sr, const struct row *row, u64 now)
{
	struct held_time more[MAX_WORDS], less[MAX_WORDS];
	u32 nmore = 0, nless = 0;
	struct held h = row->held;

	h.bands = NULL;		/* a copy draws nothing */
	sr->held_to = now > sr->held_to ? now : sr->held_to;
	held_close(&h, sr->held_to);
	for (u32 i = 0; i < h.n; i++)
		held_get(sr->held, &sr->nheld, h.v[i].word);
	for (u32 i = 0; i < sr->nheld; i++) {
		struct held_time *was = &sr->held[i];
		u64 ns = held_ns(&h, was->word);

		if (ns > was->ns)
			more[nmore++] = (struct held_time){ was->word,
							    ns - was->ns };
		else if (ns < was->ns)
			less[nless++] = (struct held_time){ was->word,
							    was->ns - ns };
		was->ns = ns;
	}
	if (nmore > 1)
		qsort(more, nmore, sizeof(*more), rtt_last);
	for (u32 i = 0; i < nless; i++)
		settle(sr, more, nmore, &less[i]);
	for (u32 i = 0; i < nmore; i++)
		part_add(&sr->v[sr->n - 1], more[i].word, more[i].ns);
}

/* ---- intervals ---- */

static void open_sample(struct series *sr, u64 from)
{
	u64 since = from > sr->t0 ? from - sr->t0 : 0;

	if (sr->n == MAX_SAMPLES) {
		sr->too_many = true;
		return;
	}
	if (sr->n == sr->cap) {
		sr->cap = sr->cap ? 2 * sr->cap : 64;
		sr->v = xrealloc(sr->v, sr->cap * sizeof(*sr->v));
	}
	sr->v[sr->n++] = (struct sample){
		.from = from,
		.to = from + (sr->every - since % sr->every),
		.lost = from < sr->lossy_to,
	};
}

static void close_sample(struct series *sr, const struct row *row, u64 to)
{
	struct sample *p = &sr->v[sr->n - 1];

	take_held(sr, row, to);
	p->to = to;
	p->acked = row->acked - sr->acked;
	p->sent = sr->sent - sr->sent_before;
	p->retrans = row->retrans - sr->retrans;
	p->drops = row->drops - sr->drops;
	memcpy(p->g, sr->g, sizeof(p->g));
	sr->acked = row->acked;
	sr->sent_before = sr->sent;
	sr->retrans = row->retrans;
	sr->drops = row->drops;
}

/* Close the intervals that end before @now. */
static void tick(struct series *sr, const struct row *row, u64 now)
{
	u64 end = row->ended ? row->end.time : UINT64_MAX;

	if (!sr->n)
		open_sample(sr, row->first);
	while (!sr->too_many && sr->v[sr->n - 1].to <= now &&
	       sr->v[sr->n - 1].to < end) {
		u64 to = sr->v[sr->n - 1].to;

		close_sample(sr, row, to);
		open_sample(sr, to);
	}
}

/* ---- records ---- */

static struct row *row_of(const struct series *sr, u64 cookie, u32 host)
{
	const struct trace t = { .host = host };

	return cookie ? row_find(sr->s, &t, cookie) : NULL;
}

static void gauge(struct gauge_value *g, const struct rec *r,
		  const struct field *f)
{
	u64 v;

	if (!f || !rec_has(r, f))
		return;
	if (rec_get(r, f, &v))
		*g = (struct gauge_value){ GAUGE_VALUE, v };
	else if (f->flags & FF_INF)
		*g = (struct gauge_value){ GAUGE_INF, 0 };
}

static void take_nxt(struct series *sr, u32 nxt, bool counts)
{
	if (sr->has_nxt && (s32)(nxt - sr->nxt) <= 0)
		return;
	if (sr->has_nxt && counts)
		sr->sent += nxt - sr->nxt;
	sr->has_nxt = true;
	sr->nxt = nxt;
}

/*
 * Acknowledged bytes have been sent. For a connection that begins here that is
 * all; for an older one it is not known what was in flight.
 */
static void take_bytes(struct series *sr, const struct row *row,
		       const struct rec *r, const struct field *f, bool counts)
{
	bool fresh = row->begin.has & 1u << C_BYTES_SENT &&
		     !row->begin.v[C_BYTES_SENT];
	u64 nxt;

	if (row->has_una && (sr->has_nxt || fresh))
		take_nxt(sr, row->una, counts);
	if (rec_get(r, f, &nxt) && nxt)
		take_nxt(sr, nxt, counts);
}

static void take_fields(struct series *sr, const struct row *row,
			const struct rec *r, bool counts)
{
	const struct fields *f = per_event(&sr->fields, r, NULL);

	for (int i = 0; i < GAUGE_NR; i++)
		gauge(&sr->g[i], r, f->g[i]);
	take_bytes(sr, row, r, f->nxt, counts);
}

static void take_lost(struct series *sr, u64 from, u64 to)
{
	const struct row *row = row_of(sr, sr->cookie, sr->host);

	if (sr->n && row)
		tick(sr, row, from);
	if (to >= sr->lossy_to)
		sr->lossy_to = to + 1;
	for (u32 i = sr->n; i-- && sr->v[i].to > from;)
		sr->v[i].lost = true;
}

static void remember(struct series *sr, u64 cookie, u32 host)
{
	u32 i = 0;

	while (i < sr->nothers && (sr->others[i].cookie != cookie ||
				   sr->others[i].host != host))
		i++;
	if (i == MAX_OTHERS)
		return;
	sr->others[i].cookie = cookie;
	sr->others[i].host = host;
	sr->nothers += i == sr->nothers;
}

/* The first matching connection is shown; others are counted. */
static bool is_mine(struct series *sr, u64 cookie, u32 host, bool who)
{
	if (!sr->cookie && who && cookie) {
		sr->cookie = cookie;
		sr->host = host;
	}
	if (!cookie || (sr->cookie == cookie && sr->host == host))
		return cookie;
	if (who)
		remember(sr, cookie, host);
	return false;
}

void series_add(struct series *sr, struct trace *t, const struct rec *r,
		enum range_part part, bool who, u64 t0)
{
	u64 now = r->time + t->shift;
	struct row *row;

	sr->t0 = t0;
	if (r->no == SKBTRACE_LOST) {
		take_lost(sr, now, r->last_time + t->shift);
		summary_add(sr->s, t, r, part, who);
		return;
	}
	if (r->no == SKBTRACE_SHED ||
	    !is_mine(sr, rec_cookie(r), t->host, who)) {
		summary_add(sr->s, t, r, part, who);
		return;
	}
	row = row_find(sr->s, t, sr->cookie);
	if (row && part == RANGE_IN) {
		row_enter(sr->s, row);
		tick(sr, row, now);
		take_held(sr, row, now);
	}
	summary_add(sr->s, t, r, part, who);
	row = row_find(sr->s, t, sr->cookie);
	if (row && sr->n)
		take_held(sr, row, sr->held_to);
	if (row && part != RANGE_AFTER && r->ev->key == KEY_SK)
		take_fields(sr, row, r, part == RANGE_IN);
}

/* ---- the end ---- */

const struct row *series_row(const struct series *sr)
{
	return row_of(sr, sr->cookie, sr->host);
}

static void hint_conn(const struct series *sr, u64 cookie, u32 host)
{
	const struct row *r = row_of(sr, cookie, host);

	hint("--conn sk=%llx  %s", (unsigned long long)cookie,
	     r && r->name ? r->name : "-");
}

static int check(const struct series *sr)
{
	if (sr->nothers) {
		msg("--every: that is more than one connection");
		hint_conn(sr, sr->cookie, sr->host);
		for (u32 i = 0; i < sr->nothers; i++)
			hint_conn(sr, sr->others[i].cookie, sr->others[i].host);
		return EXIT_USAGE;
	}
	if (!sr->too_many)
		return 0;
	msg("--every: more than %d intervals", MAX_SAMPLES);
	hint("longer ones; or only a part: --since, --until");
	return EXIT_USAGE;
}

/* All intervals of @row, which lives up to @until if it has no end. */
static void finish(struct series *sr, struct row *row, u64 until)
{
	u64 end = row->ended ? row->end.time :
		  until > row->last ? until : row->last;

	tick(sr, row, end ? end - 1 : 0);
	if (!sr->too_many)
		close_sample(sr, row, end > row->first ? end : row->first);
}

int series_close(struct series *sr, const struct trace *traces, u64 last,
		 u64 to)
{
	struct row *row = row_of(sr, sr->cookie, sr->host);
	u64 until;
	int code;

	if (row && row->is_conn && !row->ended)
		row_enter(sr->s, row);
	if (row && row->seen) {
		until = summary_until(traces, row->trace, last);
		finish(sr, row, until < to ? until : to);
	}
	summary_recorded(sr->s, traces, sr->recorded);
	code = check(sr);
	if (!code)
		summary_close(sr->s, traces, last, to);
	return code;
}

const struct sample *series_samples(const struct series *sr, u32 *n)
{
	*n = sr->n;
	return sr->v;
}

bool series_has_sent(const struct series *sr)
{
	return sr->has_nxt;
}

bool series_recorded(const struct series *sr, enum source src)
{
	return sr->recorded[src];
}

u64 series_every(const struct series *sr)
{
	return sr->every;
}
