// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "lib/hist.h"

/* Row 0 has a step for each of 0 to 127; row r > 0 has values of r + 7 bits. */
static u32 row_of(u64 v)
{
	return v < HIST_STEPS ? 0 : 64 - __builtin_clzll(v) - HIST_BITS;
}

static u64 *row_get(struct hist *h, u32 row)
{
	if (!h->row)
		h->row = xcalloc(HIST_ROWS, sizeof(*h->row));
	if (!h->row[row])
		h->row[row] = xcalloc(HIST_STEPS, sizeof(*h->row[row]));
	return h->row[row];
}

static void step_add(struct hist *h, u64 v)
{
	u32 row = row_of(v), shift = row ? row - 1 : 0;

	row_get(h, row)[(v >> shift) & (HIST_STEPS - 1)]++;
}

/* Sorted. The memory is doubled when it is full. */
static void few_add(struct hist *h, u64 v)
{
	u64 i = h->n;

	if (i == 0 || (i >= 4 && !(i & (i - 1))))
		h->few = xrealloc(h->few, (i ? 2 * i : 4) * sizeof(*h->few));
	for (; i && h->few[i - 1] > v; i--)
		h->few[i] = h->few[i - 1];
	h->few[i] = v;
}

static void spill(struct hist *h)
{
	if (!h->few)
		return;
	for (u32 i = 0; i < h->n; i++)
		step_add(h, h->few[i]);
	free(h->few);
	h->few = NULL;
}

void hist_add(struct hist *h, u64 v)
{
	if (h->n < HIST_FEW) {
		few_add(h, v);
	} else {
		spill(h);
		step_add(h, v);
	}
	if (!h->n || v < h->min)
		h->min = v;
	if (v > h->max)
		h->max = v;
	h->n++;
}

static void join_steps(struct hist *to, const struct hist *from)
{
	for (u32 r = 0; r < HIST_ROWS; r++)
		for (u32 i = 0; from->row[r] && i < HIST_STEPS; i++)
			if (from->row[r][i])
				row_get(to, r)[i] += from->row[r][i];
}

void hist_join(struct hist *to, const struct hist *from)
{
	if (!from->row) {
		for (u32 i = 0; i < from->n; i++)
			hist_add(to, from->few[i]);
		return;
	}
	spill(to);
	join_steps(to, from);
	if (!to->n || from->min < to->min)
		to->min = from->min;
	if (from->max > to->max)
		to->max = from->max;
	to->n += from->n;
}

/* The middle of a step, within the range of values seen. */
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

	if (h->few)
		return h->few[rank ? rank - 1 : 0];
	for (u32 r = 0; h->row && r < HIST_ROWS; r++)
		for (u32 i = 0; h->row[r] && i < HIST_STEPS; i++) {
			seen += h->row[r][i];
			if (seen >= rank && seen)
				return value(h, r, i);
		}
	return 0;
}

void hist_free(struct hist *h)
{
	for (u32 i = 0; h->row && i < HIST_ROWS; i++)
		free(h->row[i]);
	free(h->row);
	free(h->few);
}
