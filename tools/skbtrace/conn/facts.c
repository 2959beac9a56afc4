// SPDX-License-Identifier: GPL-2.0
/* Collects the facts of connections from their events. */
#include <stdlib.h>
#include <string.h>

#include "conn/facts.h"
#include "trace/per_event.h"

/* Limit of the kinds of events of a connection */
enum { MAX_SEEN = 48 };

struct fact_fields {
	struct per_event cols;
};

static void fill(void *cols, const struct event *e, void *arg)
{
	(void)arg;
	fact_cols_fill(cols, e);
}

struct fact_fields *fact_fields_new(void)
{
	struct fact_fields *ff = xcalloc(1, sizeof(*ff));

	ff->cols = (struct per_event){ .size = sizeof(struct fact_cols),
				       .fill = fill };
	return ff;
}

void fact_fields_free(struct fact_fields *ff)
{
	if (ff)
		per_event_free(&ff->cols);
	free(ff);
}

/* ---- one event ---- */

static bool same_word(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool is_alike(const struct seen *a, const struct seen *b)
{
	return a->what == b->what && a->way == b->way && a->netns == b->netns &&
	       a->at == b->at && a->trace == b->trace &&
	       same_word(a->word, b->word);
}

/*
 * The entry of events like @key, in which only the identifying members are set.
 * Called for each event. NULL: too many kinds.
 */
static struct seen *seen_get(struct facts *f, const struct seen *key)
{
	struct seen *s = f->seen;

	while (s && !is_alike(s, key))
		s = s->next;
	if (s)
		return s;
	if (f->n == MAX_SEEN)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->what = key->what;
	s->way = key->way;
	s->netns = key->netns;
	s->word = key->word;
	s->at = key->at;
	s->trace = key->trace;
	s->next = f->seen;
	f->seen = s;
	f->n++;
	return s;
}

static void range_add(struct fact_range *v, u64 x)
{
	if (!v->n || x < v->min)
		v->min = x;
	if (!v->n || x > v->max)
		v->max = x;
	v->sum += x;
	v->n++;
}

static void count(struct seen *s, const struct fact_cols *c,
		  const struct trace *t, const struct rec *r, u64 now)
{
	const struct event_no no = { t->id, r->cpu, r->seq };
	u64 most = s->v[0].max, x;

	if (!s->n++) {
		s->since = now;
		s->first = no;
		s->most = no;
	}
	s->until = now;
	s->last = no;
	for (int i = 0; i < V_NR; i++)
		if (rec_get(r, c->v[i], &x))
			range_add(&s->v[i], x);
	if (s->v[0].n && s->v[0].max > most)
		s->most = no;
}

/* How long the peer's window was shut. */
static void shut(struct facts *f, const struct fact_cols *c,
		 const struct rec *r, const char *word, u64 now)
{
	u64 wnd;

	if (f->shut_since && now > f->shut_since)
		f->shut_ns += now - f->shut_since;
	f->shut_since = word && !strcmp(word, "swnd") &&
			rec_get(r, c->v[V_WND], &wnd) && !wnd ? now : 0;
}

void facts_owner(struct facts *f, const struct rec *r)
{
	if (r->ev->key != KEY_SK)
		return;
	f->netns = r->netns;
	f->tgid = f->tgid ? f->tgid : r->tgid;
}

void facts_add(struct fact_fields *ff, struct facts *f, const struct trace *t,
	       const struct rec *r, u64 now)
{
	const struct fact_cols *c = per_event(&ff->cols, r, NULL);
	struct seen key, *s;

	facts_owner(f, r);
	if (c->what < 0)
		return;
	if (c->only && !same_word(fact_word(r, c->only), c->only_word))
		return;
	key.what = c->what;
	key.netns = r->netns;
	key.trace = t;
	key.word = fact_word(r, c->word);
	key.way = fact_way_of(c, r);
	key.at = c->at ? rec_int_or_0(r, c->at) : 0;
	s = seen_get(f, &key);
	if (s)
		count(s, c, t, r, now);
	if (c->what == FACT_STOP)
		shut(f, c, r, key.word, now);
}

void facts_move(struct facts *to, struct facts *from, bool sent)
{
	struct seen **end = &to->seen;

	for (struct seen *s = from->seen; s; s = s->next)
		s->sent = sent;
	while (*end)
		end = &(*end)->next;
	*end = from->seen;
	to->n += from->n;
	from->seen = NULL;
	from->n = 0;
}

void facts_free(struct facts *f)
{
	struct seen *s;

	while ((s = f->seen)) {
		f->seen = s->next;
		free(s);
	}
}

/* As if it had been the only one; its exact value is not known. */
static void keep_last(struct seen *s)
{
	s->n = 1;
	s->since = s->until;
	s->first = s->last;
	s->most = s->last;
	for (int i = 0; i < V_NR; i++)
		if (s->v[i].n)
			s->v[i] = (struct fact_range){ 1, s->v[i].max,
						       s->v[i].max,
						       s->v[i].max };
}

void facts_forget(struct facts *f, u64 now, const char *reason)
{
	struct seen **p = &f->seen, *s;

	f->n = 0;
	while ((s = *p)) {
		if (reason && s->what == FACT_STOP &&
		    same_word(s->word, reason)) {
			keep_last(s);
			f->n++;
			p = &s->next;
			continue;
		}
		*p = s->next;
		free(s);
	}
	f->shut_ns = 0;
	if (f->shut_since && f->shut_since < now)
		f->shut_since = now;
}

void facts_copy(struct facts *to, const struct facts *from)
{
	struct seen **end = &to->seen;

	*to = *from;
	for (const struct seen *s = from->seen; s; s = s->next) {
		*end = xmalloc(sizeof(*s));
		**end = *s;
		end = &(*end)->next;
	}
	*end = NULL;
}

/* ---- questions ---- */

const struct seen *facts_next(const struct facts *f, const struct seen *after,
			      enum fact what, const char *word)
{
	const struct seen *s = after ? after->next : f->seen;

	while (s && (s->what != what || (word && !same_word(s->word, word))))
		s = s->next;
	return s;
}

u64 facts_count(const struct facts *f, enum fact what, const char *word)
{
	const struct seen *s = NULL;
	u64 n = 0;

	while ((s = facts_next(f, s, what, word)))
		n += s->n;
	return n;
}

u64 facts_sum(const struct facts *f, enum fact what, const char *word,
	      enum fact_value v)
{
	const struct seen *s = NULL;
	u64 n = 0;

	while ((s = facts_next(f, s, what, word)))
		n += s->v[v].sum;
	return n;
}

u64 facts_max(const struct facts *f, enum fact what, const char *word,
	      enum fact_value v)
{
	const struct seen *s = NULL;
	u64 n = 0;

	while ((s = facts_next(f, s, what, word)))
		n = s->v[v].max > n ? s->v[v].max : n;
	return n;
}
