// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "show/latency.h"

enum { LIFE_ON, LIFE_BEGIN, LIFE_ENTER, LIFE_END };

/* The fields of an event with places; NULL: it has none. */
struct delay {
	const struct field *where, *life;
};

static bool find_fields(struct delay *d, const struct event *e)
{
	d->where = event_field(e, "where");
	d->life = event_field(e, "life");
	if (e->role == ROLE_EVENT && e->key == KEY_PKT &&
	    d->where && d->where->syms && d->life && d->life->syms)
		return true;
	d->where = NULL;
	return false;
}

static void fill(void *delay, const struct event *e, void *arg)
{
	(void)arg;
	find_fields(delay, e);
}

struct latency *latency_new(void)
{
	struct latency *l = xcalloc(1, sizeof(*l));

	l->delays = (struct per_event){ .size = sizeof(struct delay),
					.fill = fill };
	return l;
}

static void free_stages(struct stages *s)
{
	for (u32 i = 0; i < s->n; i++) {
		hist_free(&s->v[i]->h);
		free(s->v[i]);
	}
}

void latency_free(struct latency *l)
{
	if (!l)
		return;
	free_stages(&l->stages);
	free_stages(&l->totals);
	per_event_free(&l->delays);
	lives_free(&l->lives);
	free(l);
}

static u8 small(u64 v)
{
	return v < 255 ? v : 255;
}

/* ---- stages ---- */

static void measure(struct latency *l, struct stages *s, u8 from, u8 to,
		    u64 begin, u64 end)
{
	u32 i;

	for (i = 0; i < s->n; i++)
		if (s->v[i]->from == from && s->v[i]->to == to)
			break;
	if (i == MAX_STAGES) {
		l->left_out++;
		return;
	}
	if (i == s->n) {
		s->v[i] = xcalloc(1, sizeof(*s->v[i]));
		s->v[i]->from = from;
		s->v[i]->to = to;
		s->n++;
	}
	/* Clocks of two processors may differ by less than a step takes. */
	hist_add(&s->v[i]->h, end > begin ? end - begin : 0);
}

static void measure_all(struct latency *l, const struct life *p)
{
	u32 last = p->n - 1;

	for (u32 i = 0; i < last; i++)
		measure(l, &l->stages, p->where[i], p->where[i + 1],
			p->time[i], p->time[i + 1]);
	if (last)
		measure(l, &l->totals, p->where[0], p->where[last],
			p->time[0], p->time[last]);
}

/* ---- lives ---- */

/* A complete life: measure it. */
static bool is_whole(const struct latency *l, const struct life *p)
{
	return p->whole && !(l->lossy && p->time[0] <= l->lossy_to);
}

static void count(struct latency *l, const struct life *p, bool ended)
{
	if (!p->match)
		return;
	if (!ended || !is_whole(l, p)) {
		l->incomplete++;
		return;
	}
	l->complete++;
	measure_all(l, p);
}

static void close_life(struct latency *l, struct life *p, bool ended)
{
	count(l, p, ended);
	lives_del(&l->lives, p);
}

static struct life *open_life(struct latency *l, struct life *old, u64 key,
			      bool whole)
{
	struct life gone, *p;

	if (old)
		close_life(l, old, false);
	p = lives_add(&l->lives, key, &gone);
	if (gone.n)
		count(l, &gone, false);
	p->whole = whole;
	return p;
}

static bool goes_on(const struct life *p, u8 where, u8 dir)
{
	return p && (where > p->where[p->n - 1] || dir != p->dir[p->n - 1]);
}

static void add_place(struct life *p, u8 where, u8 dir, u64 now, bool match)
{
	p->match = p->match || match;
	if (p->n == MAX_PLACES) {
		/* Too many places: two packets, or damage. */
		p->whole = false;
		p->n--;
	}
	p->where[p->n] = where;
	p->dir[p->n] = dir;
	p->time[p->n++] = now;
}

static void lossy_up_to(struct latency *l, u64 to)
{
	if (!l->lossy || to > l->lossy_to)
		l->lossy_to = to;
	l->lossy = true;
}

void latency_history(struct latency *l, struct trace *t, const struct rec *r)
{
	if (r->first)
		l->begins = true;
	if (l->held && rec_older_missed(r))
		lossy_up_to(l, r->time + t->shift);
}

/* It was held back: older events of the packet may be missing. */
static void take_held(struct latency *l, u64 now)
{
	if (l->begins && now)
		lossy_up_to(l, now - 1);
	l->begins = false;
	l->held = true;
}

void latency_add(struct latency *l, struct trace *t, const struct rec *r,
		 bool match)
{
	/* Ids of two hosts may be equal. */
	u64 key = r->key ^ (u64)t->host << 48;
	const struct delay *d = per_event(&l->delays, r, NULL);
	struct life *p;
	u64 where, life, dir = 0;
	const struct sym *s;
	bool sure = true;

	if (!d->where || !rec_get(r, d->where, &where) ||
	    !rec_get(r, d->life, &life))
		return;
	l->events++;
	s = symtab_find(d->where->syms, where);
	where = small(where);
	if (s && !l->word[where])
		l->word[where] = s->word;
	if (r->ev->dir)
		rec_get(r, r->ev->dir, &dir);
	p = lives_get(&l->lives, key);
	if (rec_held(r))
		take_held(l, r->time + t->shift);
	if (p && rec_held(r) && r->time + t->shift < p->time[p->n - 1]) {
		close_life(l, p, false);
		p = NULL;
		sure = false;
	}
	if (life == LIFE_ENTER && p &&
	    p->dir[p->n - 1] != (u8)r->ev->dir_tx)
		life = LIFE_BEGIN;
	if (life == LIFE_BEGIN || (life == LIFE_ENTER && !p)) {
		p = open_life(l, p, key, sure);
	} else if (life != LIFE_ENTER && !goes_on(p, where, dir)) {
		if (life == LIFE_END) {
			if (p)
				close_life(l, p, false);
			return;
		}
		p = open_life(l, p, key, false);
	}
	add_place(p, where, dir, r->time + t->shift, match);
	if (life == LIFE_END)
		close_life(l, p, true);
}

/* ---- losses ---- */

static bool may_be_delay(const struct rec *r)
{
	for (u32 i = 0; i < r->nr_kinds; i++) {
		const struct event *e;
		struct delay d;
		u32 n;
		u16 no;

		rec_lost_kind(r, i, &no, &n);
		e = format_event(r->fmt, no);
		if (!e || find_fields(&d, e))
			return true;
	}
	return !r->nr_kinds;
}

/*
 * A life that is open now, or begins before the end of the loss, may lack a
 * place. Keep it open: else the rest of it would be counted again.
 */
void latency_lost(struct latency *l, struct trace *t, const struct rec *r)
{
	u64 to = r->last_time + t->shift, from = r->time + t->shift;

	if (!may_be_delay(r))
		return;
	l->lost += r->last_seq - r->seq + 1;
	lossy_up_to(l, to > from ? to : from);
}

/* ---- the end ---- */

static int by_way(const void *a, const void *b)
{
	const struct stage *x = *(struct stage *const *)a;
	const struct stage *y = *(struct stage *const *)b;

	return x->from != y->from ? x->from - y->from : x->to - y->to;
}

void latency_close(struct latency *l)
{
	const struct life *p;

	hash_each(&l->lives.hash, i, p) {
		if (!p->match)
			continue;
		if (is_whole(l, p))
			l->open++;
		else
			l->incomplete++;
	}
	qsort(l->stages.v, l->stages.n, sizeof(*l->stages.v), by_way);
	qsort(l->totals.v, l->totals.n, sizeof(*l->totals.v), by_way);
}
