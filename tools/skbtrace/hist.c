// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "hist.h"

/* Row 0 holds 0 to 127 as they are, row r > 0 what has r + 7 bits. */
static u32 row_of(u64 v)
{
	return v < HIST_STEPS ? 0 : 64 - __builtin_clzll(v) - HIST_BITS;
}

void hist_add(struct hist *h, u64 v)
{
	u32 row = row_of(v), shift = row ? row - 1 : 0;

	if (!h->row[row])
		h->row[row] = xcalloc(HIST_STEPS, sizeof(*h->row[row]));
	h->row[row][(v >> shift) & (HIST_STEPS - 1)]++;
	if (!h->n || v < h->min)
		h->min = v;
	if (v > h->max)
		h->max = v;
	h->n++;
}

/* The middle of a step, but never what was not seen. */
static u64 value(const struct hist *h, u32 row, u32 step)
{
	u32 shift = row ? row - 1 : 0;
	u64 v = step + (row ? HIST_STEPS : 0);

	v = (v << shift) + ((1ULL << shift) >> 1);
	return v < h->min ? h->min : v > h->max ? h->max : v;
}

u64 hist_percentile(const struct hist *h, u32 percent)
{
	/* Rounded up: of two values, half do not exceed the first. */
	u64 rank = h->n / 100 * percent +
		   (h->n % 100 * percent + 99) / 100, seen = 0;

	for (u32 r = 0; r < HIST_ROWS; r++)
		for (u32 i = 0; h->row[r] && i < HIST_STEPS; i++) {
			seen += h->row[r][i];
			if (seen >= rank && seen)
				return value(h, r, i);
		}
	return 0;
}

void hist_free(struct hist *h)
{
	for (u32 i = 0; i < HIST_ROWS; i++)
		free(h->row[i]);
}
