// SPDX-License-Identifier: GPL-2.0
/* From the rows of a summary to verdicts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "why/why.h"

/* A smaller share of the life, or a shorter time, is no trouble. */
enum { SHARE = 20, LEAST_US = 50000 };

static int by_tuple(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a;
	const struct row *y = *(const struct row *const *)b;

	return memcmp(&x->a, &y->a, sizeof(x->a));
}

/* Same tuple: by begin, so that the order is stable. */
static int by_tuple_and_time(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a;
	const struct row *y = *(const struct row *const *)b;
	int diff = by_tuple(a, b);

	if (!diff)
		diff = (x->first > y->first) - (x->first < y->first);
	return diff ? diff : row_order(x, y);
}

void why_open(struct why *w, const struct summary *s,
	      const struct trace *traces, const bool recorded[SRC_NR])
{
	struct row *r;

	*w = (struct why){ .s = s, .traces = traces };
	memcpy(w->recorded, recorded, sizeof(w->recorded));
	w->row = xcalloc(s->rows.used + 1, sizeof(*w->row));
	hash_each(&s->rows, i, r)
		if (r->has_port)
			w->row[w->nrows++] = r;
	qsort(w->row, w->nrows, sizeof(*w->row), by_tuple_and_time);
}

void why_close(struct why *w)
{
	free(w->row);
}

/* The connection with tuple @k that lived at the same time as @r. */
static const struct row *row_beside(const struct why *w, const struct row *k,
				    const struct row *r)
{
	struct row **p;

	p = bsearch(&k, w->row, w->nrows, sizeof(*w->row), by_tuple);
	if (!p)
		return NULL;
	while (p > w->row && !by_tuple(p - 1, &k))
		p--;
	for (; p < w->row + w->nrows && !by_tuple(p, &k); p++)
		if (*p != r && (*p)->first <= r->last &&
		    r->first <= row_end(*p))
			return *p;
	return NULL;
}

/* The other end. */
static const struct row *peer_of(const struct why *w, const struct row *r)
{
	struct row key;

	if (!r->has_port || !r->a.pport)
		return NULL;
	addr_pair_swap(&key.a, &r->a);
	return row_beside(w, &key, r);
}

/* A listener at that address, or at any: 0.0.0.0, ::. */
static const struct row *listener_of(const struct why *w, const struct row *r)
{
	struct row key = { .a = r->a };
	const struct row *l;

	if (!r->has_port || r->connecting)
		return NULL;
	memset(key.a.peer, 0, sizeof(key.a.peer));
	key.a.pport = 0;
	l = row_beside(w, &key, r);
	if (l)
		return l;
	memset(key.a.local + 12, 0, 4);
	l = row_beside(w, &key, r);
	if (l)
		return l;
	memset(key.a.local, 0, sizeof(key.a.local));
	return row_beside(w, &key, r);
}

static bool is_trouble(const struct view *c, const struct verdict *v)
{
	if (!rule_has_share(v->rule->kind))
		return v->rule->kind == RULE_FATE;
	return v->us >= LEAST_US && v->us * 100 >= c->life * SHARE;
}

/* Events that are missing: how they went. */
static const char *how_lost(const struct why *w)
{
	return w->s->shed && !w->s->lost ? "left out" : "lost";
}

/* Some of that source are lost, anywhere in the recording. */
static bool lost_ever(const struct view *c, int source)
{
	return c->w->s->lost_src[source];
}

/* ... while it lived. */
static bool lost_meanwhile(const struct view *c, int source)
{
	const struct lost_span *at = &c->w->s->lost_at[source];

	return lost_ever(c, source) && at->from <= row_end(c->r) &&
	       c->r->first <= at->to;
}

/*
 * Events of @needs that nobody recorded, or of which some are lost, by
 * @is_lost.
 */
static bool lacks(const struct view *c, u32 needs,
		  bool (*is_lost)(const struct view *c, int source),
		  char *buf, size_t size)
{
	const struct why *w = c->w;
	bool lost = false;

	*buf = 0;
	for (int i = 0; i < SRC_NR; i++) {
		if (!(needs & 1u << i) ||
		    (w->recorded[i] && !is_lost(c, i)))
			continue;
		lost = lost || w->recorded[i];
		snprintf(buf + strlen(buf), size - strlen(buf), "%s%s",
			 *buf ? ", " : "", source_events[i]);
	}
	if (*buf)
		snprintf(buf + strlen(buf), size - strlen(buf), "%s%s",
			 lost ? ": some were " : ": not recorded",
			 lost ? how_lost(w) : "");
	return *buf;
}

static bool any_lost(const struct why *w)
{
	for (int i = 0; i < SRC_NR; i++)
		if (w->s->lost_src[i])
			return true;
	return false;
}

/* It looks like @v's rule, but what that goes by is not all there. */
static void give_up(const struct view *c, struct verdict *v,
		    const char *lacking)
{
	const char *name = v->rule->name;

	memset(v, 0, sizeof(*v));
	v->rule = rule_unknown();
	v->us = c->life;
	say(v, "cannot be judged: one may be %s, but %s", name, lacking);
	say_next(v, "%s", v->rule->next);
}

/* An end counts, too, for a life of less than a microsecond. */
static bool apply(const struct view *c, const struct rule *rule,
		  struct verdict *v)
{
	char what[WHY_TEXT];

	memset(v, 0, sizeof(*v));
	v->rule = rule;
	if (!rule->test(c, v) || (!v->us && rule->kind != RULE_FATE))
		return false;
	if (v->us > c->life)
		v->us = c->life;
	if (!*v->next && rule->next)
		say_next(v, "%s", rule->next);
	if (rule->kind == RULE_HEALTHY && any_lost(c->w)) {
		snprintf(what, sizeof(what),
			 "events were %s, perhaps those that tell of trouble",
			 how_lost(c->w));
		say_likely(v, what);
	}
	if (rule->kind >= RULE_UNKNOWN)
		return true;
	if (!is_trouble(c, v))
		return false;
	if (rule->needs & NEEDS_WHOLE &&
	    lacks(c, rule->needs, lost_meanwhile, what, sizeof(what)))
		give_up(c, v, what);
	else if (v->sure == SURE_CERTAIN &&
		 lacks(c, rule->needs, lost_ever, what, sizeof(what)))
		say_likely(v, what);
	return true;
}

/*
 * An outcome first, then the longest, then what is in its nature; among equals
 * the first.
 */
static bool is_better(const struct verdict *a, const struct verdict *b)
{
	if (a->rule->kind != b->rule->kind)
		return a->rule->kind < b->rule->kind;
	return rule_has_share(a->rule->kind) && a->us > b->us;
}

static void insert(struct case_file *f, const struct verdict *v)
{
	u32 i = 0;

	while (i < f->n && !is_better(v, &f->v[i]))
		i++;
	if (i == MAX_VERDICTS)
		return;
	if (f->n == MAX_VERDICTS)
		f->n--;
	memmove(&f->v[i + 1], &f->v[i], (f->n - i) * sizeof(f->v[0]));
	f->v[i] = *v;
	f->n++;
}

/* The first rule of a group that applies explains it. */
static void troubles(const struct view *c, struct case_file *f)
{
	bool told[GROUP_NR] = {};
	struct verdict v;

	for (u32 i = 0; i < nrules; i++) {
		const struct rule *r = &rules[i];

		if (r->kind >= RULE_UNKNOWN || told[r->group] ||
		    !apply(c, r, &v))
			continue;
		told[r->group] = r->group != GROUP_OWN &&
				 v.rule == r;
		insert(f, &v);
	}
}

/* What it did most of the time, if known. */
static void health(const struct view *c, struct case_file *f)
{
	struct verdict v;

	for (u32 i = 0; i < nrules; i++) {
		if (rules[i].kind < RULE_UNKNOWN || !apply(c, &rules[i], &v) ||
		    (f->n && v.us <= f->v[0].us))
			continue;
		f->v[0] = v;
		f->n = 1;
		if (rules[i].kind == RULE_UNKNOWN)
			break;
	}
}

void why_judge(const struct why *w, const struct row *r, struct case_file *f)
{
	struct view c = { .w = w, .r = r, .life = row_life(r) };

	memset(f, 0, sizeof(*f));
	f->row = r;
	f->peer = c.peer = peer_of(w, r);
	c.listener = listener_of(w, r);
	c.nparts = row_parts(r, c.part);
	troubles(&c, f);
	/* what is known of it is more than what is not */
	while (f->n > 1 && f->v[f->n - 1].rule->kind == RULE_UNKNOWN)
		f->n--;
	if (!f->n)
		health(&c, f);
}
