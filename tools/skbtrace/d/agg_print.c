// SPDX-License-Identifier: GPL-2.0
/* Elements in order, as DTrace prints them: by value, then by key. */
#include <stdlib.h>
#include <string.h>

#include "d/agg.h"

/* ---- keys: as eval.c writes them ---- */

static const u8 *get_key(const u8 *p, const struct type *t, struct value *v)
{
	if (t->kind == KIND_INT) {
		memcpy(&v->i, p, 8);
		return p + 8;
	}
	memcpy(&v->len, p, 4);
	v->s = (const char *)p + 4;
	return p + 4 + v->len;
}

static int compare_ints(s64 a, s64 b)
{
	return (a > b) - (a < b);
}

static int compare_values(const struct type *t, const struct value *a,
			  const struct value *b)
{
	u32 len = a->len < b->len ? a->len : b->len;
	int cmp;

	if (t->kind == KIND_INT)
		return compare_ints(a->i, b->i);
	cmp = memcmp(a->s, b->s, len);
	return cmp ? cmp : compare_ints(a->len, b->len);
}

/* ---- order ---- */

/*
 * Several aggregations that have the same keys are printed together: of each
 * key all of them. The first is what they are sorted by.
 */
struct list {
	struct agg *const *aggs;
	u32 n;
	struct agg_sort sort;
};

struct row {
	const u8 *key;
	u32 key_len;
	double weight;		/* of distributions */
	s64 number;
	const struct list *of;
};

static int compare_keys(const struct agg *a, const u8 *p, const u8 *q)
{
	for (u32 i = 0; i < a->nkeys; i++) {
		struct value v = {}, w = {};
		int cmp;

		p = get_key(p, &a->keys[i], &v);
		q = get_key(q, &a->keys[i], &w);
		cmp = compare_values(&a->keys[i], &v, &w);
		if (cmp)
			return cmp;
	}
	return 0;
}

static int compare_numbers(const struct row *a, const struct row *b)
{
	if (a->weight != b->weight)
		return a->weight < b->weight ? -1 : 1;
	return compare_ints(a->number, b->number);
}

static int compare_rows(const void *x, const void *y)
{
	const struct row *a = x, *b = y;
	const struct agg_sort *sort = &a->of->sort;
	int numbers = compare_numbers(a, b), cmp = numbers;

	if (!numbers || sort->by_key)
		cmp = compare_keys(a->of->aggs[0], a->key, b->key);
	if (!cmp)
		cmp = numbers;
	return sort->falling ? -cmp : cmp;
}

/* NULL: it has no such element */
static const s64 *cell_of(const struct agg *a, const struct row *r)
{
	const struct entry *e = table_find(&a->table, r->key, r->key_len);

	return e ? (const s64 *)e->mem : NULL;
}

static bool in_earlier(const struct list *l, u32 n, const struct row *r)
{
	while (n--)
		if (cell_of(l->aggs[n], r))
			return true;
	return false;
}

static void weigh(const struct list *l, struct row *r)
{
	const s64 *cell = cell_of(l->aggs[0], r);

	if (cell && agg_is_distribution(l->aggs[0]))
		r->weight = quant_weight(l->aggs[0], cell);
	else if (cell)
		r->number = agg_number(l->aggs[0], cell);
}

/* To be freed; *@n: how many */
static struct row *sorted(const struct list *l, u64 *n)
{
	struct row *rows;

	*n = 0;
	for (u32 i = 0; i < l->n; i++)
		*n += l->aggs[i]->table.used;
	rows = xcalloc(*n + 1, sizeof(*rows));
	*n = 0;
	for (u32 i = 0; i < l->n; i++) {
		const struct table *t = &l->aggs[i]->table;
		struct entry **list = table_list(t);

		for (u32 j = 0; j < t->used; j++) {
			struct row *r = &rows[*n];

			*r = (struct row){ .key = entry_key(t, list[j]),
					   .key_len = list[j]->key_len,
					   .of = l };
			weigh(l, r);
			*n += !in_earlier(l, i, r);
		}
		free(list);
	}
	qsort(rows, *n, sizeof(*rows), compare_rows);
	return rows;
}

/* ---- printing ---- */

static void put_int(struct text *out, const struct type *t, s64 v)
{
	int width = t->size == 8 ? 16 : t->size == 4 ? 8 : t->size == 2 ? 5 : 3;

	if (t->is_signed)
		textf(out, " %*lld", width, (long long)v);
	else
		textf(out, " %*llu", width, (unsigned long long)v);
}

static void put_string(struct text *out, const struct value *v)
{
	text_put(out, "  ", 2);
	text_put(out, v->s, v->len);
	if (v->len < 50)
		text_fill(out, ' ', 50 - v->len);
}

/* @cell NULL: nothing was counted */
static void put_cell(struct text *out, const struct agg *a, const s64 *cell)
{
	if (!agg_is_distribution(a))
		textf(out, " %16lld",
		      cell ? (long long)agg_number(a, cell) : 0LL);
	else if (cell)
		quant_print(out, a, cell);
}

static void put_row(struct text *out, const struct list *l,
		    const struct row *r)
{
	const struct type *keys = l->aggs[0]->keys;
	const u8 *p = r->key;

	for (u32 i = 0; i < l->aggs[0]->nkeys; i++) {
		struct value v = {};

		p = get_key(p, &keys[i], &v);
		if (keys[i].kind == KIND_INT)
			put_int(out, &keys[i], v.i);
		else
			put_string(out, &v);
	}
	for (u32 i = 0; i < l->n; i++)
		put_cell(out, l->aggs[i], cell_of(l->aggs[i], r));
	text_put(out, "\n", 1);
}

static void put_formatted_cell(struct text *out, const struct fmt_part *part,
			       const struct agg *a, const s64 *cell)
{
	static const struct type number = TYPE_INT(8, true);
	struct value v = {};

	if (agg_is_distribution(a)) {
		fmt_put_text(out, part);
		if (cell)
			quant_print(out, a, cell);
		return;
	}
	v.i = cell ? agg_number(a, cell) : 0;
	fmt_put(out, part, &v, &number);
}

/* With what keys say for each "*" */
static struct fmt_part starred(const struct fmt_part *part,
			       const struct type *keys, const u8 **p, u32 *key)
{
	s64 stars[FMT_STARS];

	for (u32 i = 0; i < part->stars; i++) {
		struct value v = {};

		*p = get_key(*p, &keys[(*key)++], &v);
		stars[i] = v.i;
	}
	return part->stars ? fmt_starred(part, stars) : *part;
}

static void put_formatted(struct text *out, const struct list *l,
			  const struct row *r, const struct fmt *f)
{
	const struct type *keys = l->aggs[0]->keys;
	const u8 *p = r->key;
	u32 key = 0, n = 0;

	for (const struct fmt_part *s = f->parts; s; s = s->next) {
		struct fmt_part part = starred(s, keys, &p, &key);
		struct value v = {};

		if (part.agg) {
			const struct agg *a = l->aggs[l->n > 1 ? n++ : 0];

			put_formatted_cell(out, &part, a, cell_of(a, r));
		} else if (part.conv && part.conv != '%') {
			p = get_key(p, &keys[key], &v);
			fmt_put(out, &part, &v, &keys[key++]);
		} else {
			fmt_put_text(out, &part);
		}
	}
}

void agg_print(struct text *out, struct agg *const *aggs, u32 n,
	       const struct fmt *f, const struct agg_sort *sort)
{
	const struct list l = { .aggs = aggs, .n = n, .sort = *sort };
	struct row *rows;
	u64 nrows;

	rows = sorted(&l, &nrows);
	for (u64 i = 0; i < nrows; i++)
		if (f)
			put_formatted(out, &l, &rows[i], f);
		else
			put_row(out, &l, &rows[i]);
	free(rows);
	for (u32 i = 0; i < n; i++)
		aggs[i]->printed = true;
}

void agg_clear(struct agg *a)
{
	struct entry **list = table_list(&a->table);

	for (u32 i = 0; i < a->table.used; i++)
		memset(list[i]->mem, 0, a->table.value_size);
	free(list);
}

void agg_trunc(struct agg *a, s64 n)
{
	const struct list l = { .aggs = &a, .n = 1 };
	u64 used, keep = n < 0 ? -(u64)n : (u64)n, from, to;
	struct row *rows = sorted(&l, &used);

	from = n < 0 ? keep : 0;
	to = n < 0 ? used : used - (keep < used ? keep : used);
	for (u64 i = from; i < to; i++)
		table_del(&a->table, table_find(&a->table, rows[i].key,
						rows[i].key_len));
	free(rows);
}
