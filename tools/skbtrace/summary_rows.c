// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of the summary, by host and cookie. There is an end to them: then
 * those are given up that nobody would look for, not those that come late.
 */
#include <assert.h>
#include <stdlib.h>

#include "summary.h"

enum { MAX_ROWS = 1 << 19 };

static void free_row(void *row)
{
	struct row *r = row;

	facts_free(&r->facts);
	free(r->name);
	free(r);
}

void rows_free(struct summary *s)
{
	hash_free(&s->rows, free_row);
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
	struct row **v = xcalloc(s->rows.used, sizeof(*v)), *r;
	u32 n = 0, keep = s->rows.used / 4 * 3;

	hash_each(&s->rows, i, r) {
		v[n++] = r;
		if (r->ended) {
			struct row copy = *r;

			row_close(&copy, 0);
			r->permille = copy.permille;
		}
	}
	qsort(v, n, sizeof(*v), more_wanted);
	for (u32 i = keep; i < n; i++) {
		s->left_out += v[i]->matched;
		hash_del(&s->rows, v[i]);
		free_row(v[i]);
	}
	free(v);
}

struct row *row_find(const struct summary *s, const struct trace *t,
		     u64 cookie)
{
	const struct {
		u64 cookie;
		u32 host;
	} key = { cookie, t->host };

	static_assert(offsetof(struct row, host) == 8 && ROW_KEY == 12,
		      "a row begins with its key");
	return hash_get(&s->rows, &key);
}

struct row *row_get(struct summary *s, const struct trace *t, u64 cookie)
{
	struct row *r = row_find(s, t, cookie);

	if (r)
		return r;
	if (s->rows.used == MAX_ROWS)
		give_up(s);
	r = xcalloc(1, sizeof(*r));
	r->cookie = cookie;
	r->host = t->host;
	hash_put(&s->rows, r);
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
