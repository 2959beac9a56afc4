// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/nearest.h"
#include "summary/sort.h"

/* ---- keys ---- */

static int by_rank(const struct sort_key *x, const struct sort_key *y)
{
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static bool is_missing(const struct sort_key *k)
{
	return !k->text && k->c.state == CELL_NONE;
}

/* A doubtful value sorts by its known part. */
static int order(const struct sort_key *x, const struct sort_key *y)
{
	if (x->text && y->text)
		return strcmp(x->text, y->text);
	return x->c.v < y->c.v ? 1 : -(x->c.v > y->c.v);
}

static int compare(const struct sort_key *x, const struct sort_key *y, int sign)
{
	int d;

	if (is_missing(x) != is_missing(y))
		return is_missing(x) ? 1 : -1;
	d = is_missing(x) ? 0 : sign * order(x, y);
	return d ? d : by_rank(x, y);
}

static int forward(const void *x, const void *y)
{
	return compare(x, y, 1);
}

static int backward(const void *x, const void *y)
{
	return compare(x, y, -1);
}

void sort_keys(struct sort_key *k, u32 n, bool reverse)
{
	if (n)
		qsort(k, n, sizeof(*k), reverse ? backward : forward);
}

/* ---- names ---- */

const char *sort_name(const char *sort, bool *reverse)
{
	*reverse = *sort == '-';
	return sort + *reverse;
}

enum column_no sort_column(const char *name)
{
	enum column_no i = 0;

	while (i < COL_NR && strcmp(columns[i].name, name) &&
	       strcmp(columns[i].json, name))
		i++;
	return i;
}

static int no_column(const char *sort, const char *const *names)
{
	const char *near = nearest(sort, names);
	char list[256] = "";
	size_t n = 0;

	for (; *names && n < sizeof(list); names++)
		n += snprintf(list + n, sizeof(list) - n, " %s", *names);
	msg("--sort %s: no such column", sort);
	if (near)
		hint("did you mean %s?", near);
	else
		hint("there are:%s", list);
	return EXIT_USAGE;
}

int sort_check(const char *sort, const char *const *words, bool groups)
{
	enum { MAX = 64 };
	const char *names[MAX + COL_NR + 1];
	bool reverse;
	u32 n = 0;

	sort = sort_name(sort, &reverse);
	for (; *words && n < MAX; words++) {
		if (!strcmp(*words, sort))
			return 0;
		names[n++] = *words;
	}
	for (u32 i = 0; i < COL_NR; i++) {
		if (groups && columns[i].join == JOIN_NONE)
			continue;
		if (sort_column(sort) == i)
			return 0;
		names[n++] = columns[i].name;
	}
	names[n] = NULL;
	return no_column(sort, names);
}

/* ---- rows ---- */

int sort_rows_check(const char *sort)
{
	static const char *const words[] = {
		"conn", "sk", "held", "verdict", NULL
	};

	return sort_check(sort, words, false);
}

/* Worst first: by losses, then by the time held back. */
static int worse(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a;
	const struct row *y = *(const struct row *const *)b;
	u64 p, q;

	p = row_harm(x);
	q = row_harm(y);
	if (p != q)
		return p < q ? 1 : -1;
	p = x->permille;
	q = y->permille;
	if (p != q)
		return p < q ? 1 : -1;
	p = row_life(x);
	q = row_life(y);
	if (p != q)
		return p < q ? 1 : -1;
	return row_order(x, y);
}

static void row_key(const struct sheet *c, const struct row *r,
		    const char *name, struct sort_key *k)
{
	enum column_no i = sort_column(name);
	bool sure;

	if (i < COL_NR)
		k->c = row_cell(c, r, i);
	else if (!strcmp(name, "sk"))
		k->c = (struct cell){ CELL_VALUE, r->cookie };
	else if (!strcmp(name, "held"))
		k->c = (struct cell){ CELL_VALUE, r->permille };
	else if (!strcmp(name, "verdict"))
		k->text = verdict_name(c, r, &sure);
	else
		k->text = r->name;
}

void sort_rows(const struct sheet *c, struct row **rows, u32 n,
	       const char *sort)
{
	struct sort_key *k;
	bool reverse;

	if (n)
		qsort(rows, n, sizeof(*rows), worse);
	if (!sort)
		return;
	sort = sort_name(sort, &reverse);
	k = xcalloc(n + 1, sizeof(*k));
	for (u32 i = 0; i < n; i++) {
		k[i] = (struct sort_key){ rows[i], i, { CELL_NONE, 0 }, NULL };
		row_key(c, rows[i], sort, &k[i]);
	}
	sort_keys(k, n, reverse);
	for (u32 i = 0; i < n; i++)
		rows[i] = k[i].item;
	free(k);
}
