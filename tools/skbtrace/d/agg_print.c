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

struct row {
	struct entry *e;
	double weight;		/* of distributions */
	s64 number;
	const struct agg *a;
};

static int compare_keys(const struct agg *a, const struct entry *x,
			const struct entry *y)
{
	const u8 *p = entry_key(&a->table, x), *q = entry_key(&a->table, y);

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

static int compare_rows(const void *x, const void *y)
{
	const struct row *a = x, *b = y;

	if (a->weight != b->weight)
		return a->weight < b->weight ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return compare_keys(a->a, a->e, b->e);
}

/* To be freed */
static struct row *sorted(const struct agg *a)
{
	struct row *rows = xcalloc(a->table.used + 1, sizeof(*rows));
	struct entry **list = table_list(&a->table);

	for (u32 i = 0; i < a->table.used; i++) {
		const s64 *cell = (const s64 *)list[i]->mem;

		rows[i] = (struct row){ .e = list[i], .a = a };
		if (agg_is_distribution(a))
			rows[i].weight = quant_weight(a, cell);
		else
			rows[i].number = agg_number(a, cell);
	}
	free(list);
	qsort(rows, a->table.used, sizeof(*rows), compare_rows);
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

static void put_cell(struct text *out, const struct agg *a, const s64 *cell)
{
	if (agg_is_distribution(a))
		quant_print(out, a, cell);
	else
		textf(out, " %16lld", (long long)agg_number(a, cell));
}

static void put_row(struct text *out, const struct agg *a,
		    const struct entry *e)
{
	const u8 *p = entry_key(&a->table, e);

	for (u32 i = 0; i < a->nkeys; i++) {
		struct value v = {};

		p = get_key(p, &a->keys[i], &v);
		if (a->keys[i].kind == KIND_INT)
			put_int(out, &a->keys[i], v.i);
		else
			put_string(out, &v);
	}
	put_cell(out, a, (const s64 *)e->mem);
	text_put(out, "\n", 1);
}

static void put_formatted(struct text *out, const struct agg *a,
			  const struct entry *e, const struct fmt *f)
{
	static const struct type number = TYPE_INT(8, true);
	const s64 *cell = (const s64 *)e->mem;
	const u8 *p = entry_key(&a->table, e);
	u32 key = 0;

	for (const struct fmt_part *part = f->parts; part; part = part->next) {
		struct value v = {};

		if (part->agg && agg_is_distribution(a)) {
			fmt_put_text(out, part);
			quant_print(out, a, cell);
		} else if (part->agg) {
			v.i = agg_number(a, cell);
			fmt_put(out, part, &v, &number);
		} else if (part->conv && part->conv != '%') {
			p = get_key(p, &a->keys[key], &v);
			fmt_put(out, part, &v, &a->keys[key++]);
		} else {
			fmt_put_text(out, part);
		}
	}
}

void agg_print(struct text *out, struct agg *a, const struct fmt *f)
{
	struct row *rows = sorted(a);

	for (u32 i = 0; i < a->table.used; i++)
		if (f)
			put_formatted(out, a, rows[i].e, f);
		else
			put_row(out, a, rows[i].e);
	free(rows);
	a->printed = true;
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
	struct row *rows = sorted(a);
	u64 used = a->table.used, keep = n < 0 ? -(u64)n : (u64)n;
	u64 from = n < 0 ? keep : 0;
	u64 to = n < 0 ? used : used - (keep < used ? keep : used);

	for (u64 i = from; i < to; i++)
		table_del(&a->table, rows[i].e);
	free(rows);
}
