// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <string.h>

#include "segment/ends.h"

/* ---- joining ---- */

/* A callback that takes bytes seen at both ends, one piece at a time */
typedef void join_fn(void *arg, const struct seg_end *sent,
		     const struct seg_end *received);

static void join(const struct seg_ends *sent, const struct seg_ends *received,
		 join_fn *fn, void *arg)
{
	u32 i = 0, j = 0;

	while (i < sent->n && j < received->n) {
		const struct seg_end *s = &sent->v[i], *r = &received->v[j];

		if (seq_before(s->seq, r->end) && seq_before(r->seq, s->end))
			fn(arg, s, r);
		if (seq_before(s->end, r->end))
			i++;
		else
			j++;
	}
}

/* Finds the other end by addresses and ports, with which the key begins. */
static struct flow *other_end(const struct hash *received,
			      const struct flow *sent)
{
	struct flow_key key = sent->key;

	memcpy(key.local, sent->key.peer, sizeof(key.local));
	memcpy(key.peer, sent->key.local, sizeof(key.peer));
	key.lport = sent->key.pport;
	key.pport = sent->key.lport;
	return hash_get(received, &key);
}

static void find_others(const struct flows *f)
{
	struct hash received = { .key_len = offsetof(struct flow_key, netns) };
	struct flow *flow;

	hash_each(&f->hash, i, flow)
		if (flow->key.received && flow->ends.n)
			hash_put(&received, flow);
	hash_each(&f->hash, i, flow)
		if (!flow->key.received && flow->ends.n)
			flow->other = other_end(&received, flow);
	hash_free(&received, NULL);
}

/*
 * Calls @fn for each piece of all pairs of ends, @pair before each pair's first
 */
static void join_all(const struct flows *f, join_fn *fn, void *arg,
		     void (*pair)(void *arg, const struct flow *sent,
				  const struct flow *received))
{
	struct flow *sent, *received;

	hash_each(&f->hash, i, sent) {
		received = sent->other;
		if (!received)
			continue;
		pair(arg, sent, received);
		join(&sent->ends, &received->ends, fn, arg);
	}
}

/* ---- clocks ---- */

enum { WINDOWS = 16 };

/*
 * Bounds of the offset of @clock in each window w of the time: @high[w] above,
 * @low[w] below. Without @slope there is one window.
 */
struct bounds {
	struct seg_clock *clock;
	bool forward;		/* the pair at hand sends from a to b */
	bool ours;		/* and belongs to these two hosts */
	u32 windows;
	u64 from, span;
	double high[WINDOWS], low[WINDOWS];
	bool has_high[WINDOWS], has_low[WINDOWS];
};

static void bounds_pair(void *arg, const struct flow *sent,
			const struct flow *received)
{
	struct bounds *b = arg;

	b->forward = sent->key.host == b->clock->a;
	b->ours = b->forward ? received->key.host == b->clock->b :
		  sent->key.host == b->clock->b &&
		  received->key.host == b->clock->a;
}

/* At @at on a's clock, b's is @diff ahead; with @upper, at most @diff. */
static void bound(struct bounds *b, u64 at, double diff, bool upper)
{
	u32 w = b->span ? (u32)((double)(at - b->from) / (double)b->span *
				b->windows) : 0;

	if (at < b->from)
		return;
	if (w >= b->windows)
		w = b->windows - 1;
	diff -= b->clock->drift * (double)(at - b->from);
	if (upper && (!b->has_high[w] || diff < b->high[w])) {
		b->high[w] = diff;
		b->has_high[w] = true;
	} else if (!upper && (!b->has_low[w] || diff > b->low[w])) {
		b->low[w] = diff;
		b->has_low[w] = true;
	}
}

static double ahead(u64 of, u64 than)
{
	return (double)(s64)(of - than);
}

static void bounds_piece(void *arg, const struct seg_end *s,
			 const struct seg_end *r)
{
	struct bounds *b = arg;

	if (!b->ours)
		return;
	b->clock->samples++;
	if (b->forward) {
		bound(b, s->out, ahead(r->in, s->out), true);
		bound(b, s->in, ahead(r->out, s->in), false);
	} else {
		bound(b, r->in, ahead(s->out, r->in), false);
		bound(b, r->out, ahead(s->in, r->out), true);
	}
}

/* The time span of both hosts' pieces, on a's clock */
static void span_piece(void *arg, const struct seg_end *s,
		       const struct seg_end *r)
{
	struct bounds *b = arg;
	u64 at = b->forward ? s->out : r->in;

	if (!b->ours)
		return;
	if (!b->from || at < b->from) {
		b->span += b->from ? b->from - at : 0;
		b->from = at;
	}
	if (at - b->from > b->span)
		b->span = at - b->from;
}

/* Least squares through the middles of the windows */
static double slope(const struct bounds *b)
{
	double n = 0, x = 0, y = 0, xx = 0, xy = 0;

	for (u32 w = 0; w < b->windows; w++) {
		double at = ((double)w + 0.5) * (double)b->span / b->windows;
		double mid = (b->high[w] + b->low[w]) / 2;

		if (!b->has_high[w] || !b->has_low[w])
			continue;
		n++;
		x += at;
		y += mid;
		xx += at * at;
		xy += at * mid;
	}
	if (n < 2 || n * xx - x * x <= 0)
		return 0;
	return (n * xy - x * y) / (n * xx - x * x);
}

static void clock_fill(struct seg_clock *c, const struct flows *f)
{
	struct bounds b = { .clock = c, .windows = WINDOWS };

	if (c->a == c->b)
		return;
	join_all(f, span_piece, &b, bounds_pair);
	c->from = b.from;
	join_all(f, bounds_piece, &b, bounds_pair);
	c->drift = slope(&b);
	/* again, with the drift subtracted, in one window */
	b = (struct bounds){ .clock = c, .windows = 1, .from = b.from,
			     .span = b.span };
	c->samples = 0;
	join_all(f, bounds_piece, &b, bounds_pair);
	c->offset_ns = (b.high[0] + b.low[0]) / 2;
	c->error_ns = (b.high[0] - b.low[0]) / 2;
	if (c->error_ns < 0)
		c->error_ns = -c->error_ns;
}

/* How far b's clock is ahead at @at on a's */
static double clock_at(const struct seg_clock *c, u64 at)
{
	return c->offset_ns + c->drift * ahead(at, c->from);
}

/* ---- times ---- */

struct measure {
	struct seg_between *between;
	const struct seg_clock *clock;	/* NULL: too many */
	bool forward;
};

static struct seg_clock *clock_of(struct seg_between *b, u32 x, u32 y)
{
	u32 lo = x < y ? x : y, hi = x < y ? y : x;

	for (u32 i = 0; i < b->nclocks; i++)
		if (b->clock[i].a == lo && b->clock[i].b == hi)
			return &b->clock[i];
	if (b->nclocks == MAX_CLOCKS)
		return NULL;
	b->clock[b->nclocks] = (struct seg_clock){ .a = lo, .b = hi };
	return &b->clock[b->nclocks++];
}

static void measure_pair(void *arg, const struct flow *sent,
			 const struct flow *received)
{
	struct measure *m = arg;

	m->clock = clock_of(m->between, sent->key.host, received->key.host);
	m->forward = sent->key.host <= received->key.host;
}

static void add(struct hist *h, double ns)
{
	hist_add(h, ns > 0 ? (u64)(ns + 0.5) : 0);
}

static void measure_piece(void *arg, const struct seg_end *s,
			  const struct seg_end *r)
{
	struct measure *m = arg;
	double there, back;

	if (!m->clock)
		return;
	if (m->forward) {
		there = ahead(r->in, s->out) - clock_at(m->clock, s->out);
		back = ahead(s->in, r->out) + clock_at(m->clock, s->in);
	} else {
		there = ahead(r->in, s->out) + clock_at(m->clock, r->in);
		back = ahead(s->in, r->out) - clock_at(m->clock, r->out);
	}
	add(&m->between->network, there);
	add(&m->between->back, back);
	m->between->joined++;
}

static void find_piece(void *arg, const struct seg_end *s,
		       const struct seg_end *r)
{
	(void)arg;
	(void)s;
	(void)r;
}

void seg_between_fill(struct seg_between *b, const struct flows *f)
{
	struct measure m = { .between = b };

	find_others(f);
	join_all(f, find_piece, &m, measure_pair);
	for (u32 i = 0; i < b->nclocks; i++)
		clock_fill(&b->clock[i], f);
	join_all(f, measure_piece, &m, measure_pair);
}

void seg_between_free(struct seg_between *b)
{
	hist_free(&b->network);
	hist_free(&b->back);
}
