/* SPDX-License-Identifier: GPL-2.0 */
/* Aggregations: what is kept of the values, and how it is shown. */
#ifndef SKBTRACE_D_AGG_H
#define SKBTRACE_D_AGG_H

#include "d/fmt.h"
#include "d/func.h"
#include "d/tree.h"

/* Bytes of one element. */
u32 agg_value_size(const struct agg *a);
/* An element takes @v; @cell is all 0 before the first. */
void agg_take(const struct agg *a, s64 *cell, s64 v);
/* What an element says as a number, normalized: count, sum, average ... */
s64 agg_number(const struct agg *a, const s64 *cell);
bool agg_is_distribution(const struct agg *a);

/* quant.c: buckets of distributions. */
u32 quant_buckets(const struct agg *a);
u32 quant_bucket(const struct agg *a, s64 v);
/* The rows, each with the number of values and a bar. */
void quant_print(struct text *out, const struct agg *a, const s64 *cell);
/* What a distribution is sorted by: the sum of all its values, about. */
double quant_weight(const struct agg *a, const s64 *cell);

/*
 * agg_print.c: all elements, the smallest first, of @n that have the same keys;
 * @f NULL: as they are.
 */
enum { MAX_PRINTED = 16 };
struct agg_sort {
	bool by_key;		/* and then by value, not the other way round */
	bool falling;		/* the largest first */
};

void agg_print(struct text *out, struct agg *const *aggs, u32 n,
	       const struct fmt *f, const struct agg_sort *sort);
void agg_clear(struct agg *a);
/* Only the @n largest stay, or the -@n smallest. */
void agg_trunc(struct agg *a, s64 n);

#endif
