// SPDX-License-Identifier: GPL-2.0
/*
 * Distributions: powers of two of either sign, steps of the same width, or
 * steps within each power of a number; drawn as DTrace draws them.
 */
#include <stdio.h>

#include "d/agg.h"

enum { ZERO = 63, NR_POWERS = 127, BAR = 40 };

/* ---- powers of two ---- */

static s64 power_value(u32 bucket)
{
	if (bucket == ZERO)
		return 0;
	return bucket < ZERO ? -(1LL << (ZERO - 1 - bucket)) :
			       1LL << (bucket - ZERO - 1);
}

static u32 log2_of(u64 v)
{
	return 63 - __builtin_clzll(v);
}

static u32 power_bucket(s64 v)
{
	if (!v)
		return ZERO;
	if (v > 0)
		return ZERO + 1 + log2_of(v);
	/* there is none for the one that has no positive */
	return v == INT64_MIN ? 0 : ZERO - 1 - log2_of(-(u64)v);
}

/* ---- steps ---- */

static u32 linear_steps(const struct agg *a)
{
	return (a->param[1] - a->param[0]) / a->param[2];
}

static u32 linear_bucket(const struct agg *a, s64 v)
{
	u32 steps = linear_steps(a);

	if (v < a->param[0])
		return 0;
	if (v >= a->param[0] + (s64)steps * a->param[2])
		return steps + 1;
	return (u64)(v - a->param[0]) / a->param[2] + 1;
}

/* ---- steps within powers: FACTOR, LOW, HIGH, STEPS ---- */

/* A power of the factor, and what is between it and the next */
struct magnitude {
	s64 from, next;
	u32 bucket;		/* its first one */
	s64 step;
	u32 order;
};

static void set_step(const struct agg *a, struct magnitude *m)
{
	s64 steps = m->next > a->param[3] ? a->param[3] : m->next;

	m->step = m->next / steps;
}

static struct magnitude first_magnitude(const struct agg *a)
{
	struct magnitude m = { .from = 1, .bucket = 1, .order = a->param[1] };

	for (u32 i = 0; i < m.order; i++)
		m.from *= a->param[0];
	m.next = m.from * a->param[0];
	set_step(a, &m);
	return m;
}

static bool next_magnitude(const struct agg *a, struct magnitude *m)
{
	m->bucket += (m->next - m->from) / m->step;
	m->from = m->next;
	if (m->order++ == a->param[2])
		return false;
	m->next = m->from * a->param[0];
	set_step(a, m);
	return true;
}

static u32 log_bucket(const struct agg *a, s64 v)
{
	struct magnitude m = first_magnitude(a);

	if (v < m.from)
		return 0;
	do {
		if (v < m.next)
			return m.bucket + (v - m.from) / m.step;
	} while (next_magnitude(a, &m));
	return m.bucket;
}

static s64 log_value(const struct agg *a, u32 bucket)
{
	struct magnitude m = first_magnitude(a);

	if (!bucket)
		return m.from;
	do {
		if (bucket < m.bucket + (m.next - m.from) / m.step)
			return m.from + (bucket - m.bucket) * m.step;
	} while (next_magnitude(a, &m));
	return m.from;
}

static u32 log_buckets(const struct agg *a)
{
	struct magnitude m = first_magnitude(a);

	while (next_magnitude(a, &m))
		;
	return m.bucket + 1;
}

/* ---- any of them ---- */

u32 quant_buckets(const struct agg *a)
{
	switch (a->func->kind) {
	case AGG_QUANTIZE:
		return NR_POWERS;	/* the last one: 2^62 and above */
	case AGG_LQUANTIZE:
		return linear_steps(a) + 2;
	default:
		return log_buckets(a);
	}
}

u32 quant_bucket(const struct agg *a, s64 v)
{
	switch (a->func->kind) {
	case AGG_QUANTIZE:
		return power_bucket(v);
	case AGG_LQUANTIZE:
		return linear_bucket(a, v);
	default:
		return log_bucket(a, v);
	}
}

/* The least value of a bucket; of the first one, that which is above it. */
static s64 bucket_value(const struct agg *a, u32 bucket)
{
	switch (a->func->kind) {
	case AGG_QUANTIZE:
		return power_value(bucket);
	case AGG_LQUANTIZE:
		return a->param[0] +
		       (bucket ? bucket - 1 : 0) * a->param[2];
	default:
		return log_value(a, bucket);
	}
}

static void put_label(struct text *out, const struct agg *a, u32 bucket)
{
	s64 v = bucket_value(a, bucket);
	char label[32];

	snprintf(label, sizeof(label), "%s%lld",
		 a->func->kind == AGG_QUANTIZE ? "" : !bucket ? "< " :
		 bucket == quant_buckets(a) - 1 ? ">= " : "", (long long)v);
	textf(out, "%16s ", label);
}

static void put_bar(struct text *out, s64 n, s64 total, s64 normal)
{
	u32 bar = total ? (double)n * BAR / total + 0.5 : 0;

	text_put(out, "|", 1);
	text_fill(out, '@', bar);
	text_fill(out, ' ', BAR - bar);
	textf(out, " %-9lld\n", (long long)(n / normal));
}

/* Those that hold something, and one on each side */
static void find_range(const struct agg *a, const s64 *cell, u32 *first,
		       u32 *last)
{
	u32 n = quant_buckets(a);

	*first = 0;
	*last = n - 1;
	while (*first < n && !cell[*first])
		++*first;
	if (*first == n) {
		*first = a->func->kind == AGG_QUANTIZE ? ZERO - 1 : 0;
		*last = *first + 2 < n ? *first + 2 : n - 1;
		return;
	}
	while (!cell[*last])
		--*last;
	*first -= *first > 0;
	*last += *last < n - 1;
}

void quant_print(struct text *out, const struct agg *a, const s64 *cell)
{
	u32 first, last;
	s64 total = 0;

	find_range(a, cell, &first, &last);
	for (u32 i = first; i <= last; i++)
		total += cell[i];
	textf(out, "\n%16s %41s %-9s\n", "value",
	      "------------- Distribution -------------", "count");
	for (u32 i = first; i <= last; i++) {
		put_label(out, a, i);
		put_bar(out, cell[i], total, a->normal);
	}
}

double quant_weight(const struct agg *a, const s64 *cell)
{
	double sum = 0;

	for (u32 i = 0; i < quant_buckets(a); i++)
		if (cell[i])
			sum += (double)bucket_value(a, i) * cell[i];
	return sum;
}
