// SPDX-License-Identifier: GPL-2.0
#include <math.h>

#include "d/agg.h"

/* Of the cells of what is not a distribution */
enum { CELL_N, CELL_SUM, CELL_LOW, CELL_HIGH, NR_CELLS };

bool agg_is_distribution(const struct agg *a)
{
	return a->func->kind >= AGG_QUANTIZE;
}

u32 agg_value_size(const struct agg *a)
{
	u32 cells = agg_is_distribution(a) ? quant_buckets(a) :
		    a->func->kind == AGG_STDDEV ? NR_CELLS : 2;

	return cells * sizeof(s64);
}

/* The sum of squares has 128 bits. */
static unsigned __int128 squares(const s64 *cell)
{
	return (unsigned __int128)(u64)cell[CELL_HIGH] << 64 |
	       (u64)cell[CELL_LOW];
}

static void add_square(s64 *cell, s64 v)
{
	unsigned __int128 all = squares(cell);

	all += (unsigned __int128)((__int128)v * v);
	cell[CELL_LOW] = (u64)all;
	cell[CELL_HIGH] = (u64)(all >> 64);
}

static s64 wrapped(s64 a, s64 b)
{
	return (s64)((u64)a + (u64)b);
}

void agg_take(const struct agg *a, s64 *cell, s64 v)
{
	if (agg_is_distribution(a)) {
		cell[quant_bucket(a, v)]++;
		return;
	}
	switch (a->func->kind) {
	case AGG_MIN:
		if (!cell[CELL_N] || v < cell[CELL_SUM])
			cell[CELL_SUM] = v;
		break;
	case AGG_MAX:
		if (!cell[CELL_N] || v > cell[CELL_SUM])
			cell[CELL_SUM] = v;
		break;
	case AGG_STDDEV:
		add_square(cell, v);
		/* fall through */
	default:
		cell[CELL_SUM] = wrapped(cell[CELL_SUM], v);
	}
	cell[CELL_N]++;
}

static s64 deviation(const s64 *cell, s64 normal)
{
	__int128 mean = cell[CELL_SUM] / cell[CELL_N] / normal;
	__int128 square = squares(cell) / (u64)cell[CELL_N];

	square = square / normal / normal - mean * mean;
	if (square <= 0)
		return 0;
	return square >> 126 ? INT64_MAX : (s64)sqrtl((long double)square);
}

s64 agg_number(const struct agg *a, const s64 *cell)
{
	s64 n = cell[CELL_N];

	switch (a->func->kind) {
	case AGG_COUNT:
		return n / a->normal;
	case AGG_AVG:
		return n ? cell[CELL_SUM] / a->normal / n : 0;
	case AGG_STDDEV:
		return n ? deviation(cell, a->normal) : 0;
	default:
		return cell[CELL_SUM] / a->normal;
	}
}
