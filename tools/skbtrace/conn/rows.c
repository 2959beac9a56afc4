// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of the summary, by host and cookie. Their number is limited: beyond
 * that the least interesting ones are dropped, not the latest ones.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "conn/bands.h"
#include "conn/summary.h"

void row_free(void *row)
{
	struct row *r = row;

	facts_free(&r->facts);
	for (int i = 0; r->dist && i < DIST_NR; i++)
		hist_free(&r->dist[i]);
	free(r->dist);
	bands_free(r->held.bands);
	free(r->name);
	free(r);
}

void rows_free(struct summary *s)
{
	hash_free(&s->rows, row_free);
}

/* Keep open ones, which may still get into trouble. */
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

/* Many at a time, since the search is slow. */
static void give_up(struct summary *s)
{
	struct row **v = xcalloc(s->rows.used, sizeof(*v)), *r;
	u32 n = 0, keep = s->rows.used / 4 * 3;

	hash_each(&s->rows, i, r) {
		v[n++] = r;
		if (r->ended) {
			struct row copy = *r;

			copy.held.bands = NULL;
			row_close(&copy, 0);
			r->permille = copy.permille;
		}
	}
	qsort(v, n, sizeof(*v), more_wanted);
	for (u32 i = keep; i < n; i++) {
		s->left_out += v[i]->matched;
		hash_del(&s->rows, v[i]);
		row_free(v[i]);
	}
	free(v);
}

struct row *row_find(const struct summary *s, const struct trace *t,
		     u64 cookie)
{
	const struct {
		u64 cookie;
		u32 host, nth;
	} key = { cookie, t->host, 0 };

	static_assert(offsetof(struct row, nth) == 12 && ROW_KEY == 16,
		      "a row begins with its key");
	return hash_get(&s->rows, &key);
}

struct row *row_get(struct summary *s, const struct trace *t, u64 cookie)
{
	struct row *r = row_find(s, t, cookie);

	if (r)
		return r;
	if (s->rows.used >= s->max_rows)
		give_up(s);
	r = xcalloc(1, sizeof(*r));
	r->cookie = cookie;
	r->host = t->host;
	if (s->draw)
		r->held.bands = xcalloc(1, sizeof(*r->held.bands));
	hash_put(&s->rows, r);
	return r;
}

/* Addresses may have been unknown before; its own one may change. */
static bool is_other(const struct row *row, const struct addr_pair *a)
{
	return a->lport != row->a.lport || a->pport != row->a.pport ||
	       (!addr_is_zero(row->a.peer) &&
		memcmp(a->peer, row->a.peer, sizeof(a->peer)));
}

struct row *row_again(struct summary *s, const struct trace *t, struct row *row,
		      const struct rec *r)
{
	struct addr_pair a;
	u64 end;

	if (!row->has_port || r->ev->role != ROLE_CONN || !rec_tuple(r, &a) ||
	    (rec_get(r, event_field(r->ev, "end"), &end) && end) ||
	    !is_other(row, &a))
		return row;
	hash_del(&s->rows, row);
	row->nth = ++s->again;
	hash_put(&s->rows, row);
	return row_get(s, t, row->cookie);
}

/* The first name of a connection lacks the port if connect() had none yet. */
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
