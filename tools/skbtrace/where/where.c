// SPDX-License-Identifier: GPL-2.0
/* Is --where true of an event? */
#include <stdlib.h>
#include <string.h>

#include "lib/nearest.h"
#include "trace/evlist.h"
#include "where/tree.h"

/* The terms of each event of a format, in the order of both. */
struct where_table {
	const struct format *fmt;
	struct where_bound *v;
	struct where_table *next;
};

void where_free(struct where *w)
{
	struct where_table *t;

	if (!w)
		return;
	while ((t = w->tables)) {
		w->tables = t->next;
		free(t->v);
		free(t);
	}
	for (u32 i = 0; i < w->n; i++) {
		free(w->term[i].field);
		free(w->term[i].value);
	}
	free(w);
}

const struct where_bound *where_terms(const struct where *w,
				      const struct event *e)
{
	const struct where_table *t = w->tables;

	while (e < t->fmt->events || e >= t->fmt->events + t->fmt->nevents)
		t = t->next;
	return t->v + (size_t)e->index * w->n;
}

/* ---- a new format ---- */

/* Names of fields, for who has got one wrong; the last is NULL. */
struct names_list {
	char **v;
	size_t n;
};

static void add_name(struct names_list *l, const char *name)
{
	l->v = xrealloc(l->v, (l->n + 2) * sizeof(*l->v));
	l->v[l->n++] = xstrdup(name);
	l->v[l->n] = NULL;
}

/* The shortest that begins with @name, or that holds it. */
static const char *longer_name(const struct names_list *l, const char *name,
			       bool begins)
{
	const char *best = NULL, *at;

	for (size_t i = 0; i < l->n; i++) {
		at = strstr(l->v[i], name);
		if (at && (!begins || at == l->v[i]) &&
		    (!best || strlen(l->v[i]) < strlen(best)))
			best = l->v[i];
	}
	return best;
}

static const char *nearest_name(const struct names_list *l, const char *name)
{
	const char *near = longer_name(l, name, true);

	if (!near)
		near = nearest(name, (const char *const *)l->v);
	return near ? near : longer_name(l, name, false);
}

static int no_field(const struct where *w, const char *name,
		    const struct format *f, const char *file)
{
	struct names_list l = {};
	char buf[WHERE_BUF];
	const char *near;

	for (u32 i = 0; where_common_name(i); i++)
		add_name(&l, where_common_name(i));
	for (u32 e = 0; e < f->nevents; e++)
		for (u32 i = 0; where_name(&f->events[e], i, buf); i++)
			add_name(&l, buf);
	near = nearest_name(&l, name);
	msg("%s: no event that was asked for has a field \"%s\"", w->option,
	    name);
	if (near && strcmp(near, name))
		hint("did you mean %s?", near);
	else
		hint("skbtrace list -i %s EVENT shows those of an event", file);
	for (size_t i = 0; i < l.n; i++)
		free(l.v[i]);
	free(l.v);
	return EXIT_USAGE;
}

/* @e: of which event the field is, NULL: of all. */
static int no_value(const struct where *w, const struct where_term *t,
		    const struct event *e, const struct where_why *why)
{
	msg("%s: %s%s%s: %s", w->option, t->field, e ? " of " : "",
	    e ? e->name : "", why->what);
	hint("%s", why->todo);
	return EXIT_USAGE;
}

static int no_event(const struct where *w, const char *name,
		    const struct format *f, const char *file)
{
	const char *near = evlist_nearest(f, name, true);

	msg("%s: no event \"%s\" that was asked for", w->option, name);
	if (near && strcmp(near, name))
		hint("did you mean %s?", near);
	else
		hint("skbtrace list -i %s shows them", file);
	return EXIT_USAGE;
}

/* If the term is about names of events: is @e meant? */
static bool is_meant(const struct where_bound *b, const struct event *e)
{
	if (!b->common || !b->common->constant)
		return true;
	return b->cmp == CMP_LIKE ? where_like(b->text, e->name) :
				    !strcmp(b->text, e->name);
}

/* Term @i of all events: one of them must have it, with such a value. */
static int bind(struct where *w, struct where_table *tab, u32 i,
		const char *file, bool (*chosen)(const void *arg,
						 const struct event *e),
		const void *arg)
{
	const struct where_term *term = &w->term[i];
	struct where_why why = {}, first_why = {};
	const struct event *first = NULL;
	bool good = false, common = false;

	for (u32 n = 0; n < tab->fmt->nevents; n++) {
		const struct event *e = &tab->fmt->events[n];
		struct where_bound *b = &tab->v[(size_t)n * w->n + i];

		if (event_is_name(e) || !chosen(arg, e) ||
		    !where_field(b, e, term->field))
			continue;
		common = b->common;
		if (where_value(b, term, &why)) {
			good = good || is_meant(b, e);
			continue;
		}
		b->kind = KIND_NONE;
		if (first && (first_why.near || !why.near))
			continue;
		first_why = why;
		first = e;
	}
	if (good)
		return 0;
	if (first)
		return no_value(w, term, common ? NULL : first, &first_why);
	return common ? no_event(w, term->value, tab->fmt, file) :
			no_field(w, term->field, tab->fmt, file);
}

int where_format(struct where *w, const struct format *f, const char *file,
		 bool (*chosen)(const void *arg, const struct event *e),
		 const void *arg)
{
	struct where_table *t = xcalloc(1, sizeof(*t));
	int code = 0;

	t->fmt = f;
	t->v = xcalloc((size_t)f->nevents * w->n, sizeof(*t->v));
	t->next = w->tables;
	w->tables = t;
	for (u32 i = 0; i < w->n && !code; i++)
		code = bind(w, t, i, file, chosen, arg);
	return code;
}

/* ---- an event ---- */

/* True is 1, false -1, what is neither 0: so "not" is a minus. */
enum { IS_FALSE = -1, IS_NEITHER, IS_TRUE };

static int as_answer(bool yes)
{
	return yes ? IS_TRUE : IS_FALSE;
}

static int order(const struct where_bound *b, u64 v)
{
	if (b->is_signed)
		return ((s64)v > (s64)b->number) - ((s64)v < (s64)b->number);
	return (v > b->number) - (v < b->number);
}

static bool compare(const struct where_bound *b, int o)
{
	switch (b->cmp) {
	case CMP_EQ:
		return !o;
	case CMP_NE:
		return o;
	case CMP_LT:
		return o < 0;
	case CMP_LE:
		return o <= 0;
	case CMP_GT:
		return o > 0;
	case CMP_GE:
		return o >= 0;
	case CMP_LIKE:
		break;
	}
	return false;
}

static int term_is(const struct where_bound *b, struct trace *t,
		   const struct rec *r)
{
	char buf[WHERE_BUF];
	const char *text;
	u64 v;

	if (b->kind == KIND_NONE)
		return IS_NEITHER;
	if (!b->by_text) {
		if (!where_number(b, t, r, &v))
			return IS_NEITHER;
		if (b->cmp == CMP_LIKE)
			return as_answer((v & b->number) == b->number);
		return as_answer(compare(b, order(b, v)));
	}
	text = where_text(b, t, r, buf);
	if (!text)
		return IS_NEITHER;
	if (b->cmp == CMP_LIKE)
		return as_answer(where_like(b->text, text));
	return as_answer(compare(b, strcmp(text, b->text)));
}

static int evaluate(const struct where_node *n, const struct where_bound *b,
		    struct trace *t, const struct rec *r)
{
	int x, y;

	switch (n->kind) {
	case NODE_TERM:
		return term_is(&b[n->term], t, r);
	case NODE_NOT:
		return -evaluate(n->a, b, t, r);
	case NODE_AND:
		x = evaluate(n->a, b, t, r);
		y = x == IS_FALSE ? x : evaluate(n->b, b, t, r);
		return x < y ? x : y;
	case NODE_OR:
		x = evaluate(n->a, b, t, r);
		y = x == IS_TRUE ? x : evaluate(n->b, b, t, r);
		return x > y ? x : y;
	}
	return IS_NEITHER;
}

bool where_true(const struct where *w, struct trace *t, const struct rec *r)
{
	return evaluate(w->root, where_terms(w, r->ev), t, r) == IS_TRUE;
}

/* Can @n be @answer? A name of the event is known; all else may be anything. */
static bool can_be(const struct where_node *n, const struct where_bound *b,
		   const struct event *e, int answer)
{
	const struct rec r = { .ev = e };

	switch (n->kind) {
	case NODE_TERM:
		b += n->term;
		if (b->common && b->common->constant)
			return term_is(b, NULL, &r) == answer;
		return b->kind != KIND_NONE;
	case NODE_NOT:
		return can_be(n->a, b, e, -answer);
	case NODE_AND:
	case NODE_OR:
		break;
	}
	/* A false one is enough for "and", a true one for "or". */
	if (answer == (n->kind == NODE_AND ? IS_FALSE : IS_TRUE))
		return can_be(n->a, b, e, answer) || can_be(n->b, b, e, answer);
	return can_be(n->a, b, e, answer) && can_be(n->b, b, e, answer);
}

bool where_may(const struct where *w, const struct event *e)
{
	return can_be(w->root, where_terms(w, e), e, IS_TRUE);
}
