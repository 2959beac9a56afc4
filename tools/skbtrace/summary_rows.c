// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of the summary, by host and cookie. There is an end to them: then
 * those are given up that nobody would look for, not those that come late.
 */
#include <stdlib.h>

#include "summary.h"

enum { MAX_ROWS = 1 << 19 };

static struct row **find_slot(const struct summary *s, u32 host, u64 cookie)
{
	u32 i = hash64(cookie + host) & (s->size - 1);

	while (s->slot[i] && (s->slot[i]->cookie != cookie ||
			      s->slot[i]->host != host))
		i = (i + 1) & (s->size - 1);
	return &s->slot[i];
}

static void put_rows(struct summary *s, struct row **v, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (v[i])
			*find_slot(s, v[i]->host, v[i]->cookie) = v[i];
}

static void grow(struct summary *s)
{
	struct row **old = s->slot;
	u32 n = s->size;

	s->size = n ? 2 * n : 64;
	s->slot = xcalloc(s->size, sizeof(*s->slot));
	put_rows(s, old, n);
	free(old);
}

static void free_row(struct row *r)
{
	if (!r)
		return;
	facts_free(&r->facts);
	free(r->name);
	free(r);
}

void rows_free(struct summary *s)
{
	for (u32 i = 0; i < s->size; i++)
		free_row(s->slot[i]);
	free(s->slot);
}

/* An open one may still get into trouble. */
static int more_wanted(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a;
	const struct row *y = *(const struct row *const *)b;
	u64 p = row_harm(x), q = row_harm(y);

	if (x->matched != y->matched)
		return x->matched ? -1 : 1;
	if (p != q)
		return p < q ? 1 : -1;
	if (x->ended != y->ended)
		return x->ended ? 1 : -1;
	if (x->permille != y->permille)
		return x->permille < y->permille ? 1 : -1;
	return row_order(x, y);
}

/* Many at a time, as it takes a while to find them. */
static void give_up(struct summary *s)
{
	struct row **v = xcalloc(s->used, sizeof(*v));
	u32 n = 0, keep = s->used / 4 * 3;

	for (u32 i = 0; i < s->size; i++) {
		struct row *r = s->slot[i];

		s->slot[i] = NULL;
		if (!r)
			continue;
		v[n++] = r;
		if (r->ended) {
			struct row copy = *r;

			row_close(&copy, 0);
			r->permille = copy.permille;
		}
	}
	qsort(v, n, sizeof(*v), more_wanted);
	put_rows(s, v, keep);
	for (u32 i = keep; i < n; i++) {
		s->left_out += v[i]->matched;
		free_row(v[i]);
	}
	s->used = keep;
	free(v);
}

struct row *row_find(const struct summary *s, const struct trace *t,
		     u64 cookie)
{
	return s->size ? *find_slot(s, t->host, cookie) : NULL;
}

struct row *row_get(struct summary *s, const struct trace *t, u64 cookie)
{
	struct row *r = row_find(s, t, cookie);

	if (r)
		return r;
	if (s->used == MAX_ROWS)
		give_up(s);
	if (2 * (s->used + 1) > s->size)
		grow(s);
	r = xcalloc(1, sizeof(*r));
	r->cookie = cookie;
	r->host = t->host;
	*find_slot(s, r->host, cookie) = r;
	s->used++;
	return r;
}

/* The first name of a connection that connect() has no port for yet lacks it */
void row_name(struct row *row, struct trace *t, const struct rec *r)
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
	row->a = a;
	row->has_port = a.lport;
}
