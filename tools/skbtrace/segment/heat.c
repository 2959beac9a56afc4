// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/util.h"
#include "segment/heat.h"

enum { FIRST_STEP = 1000000 };	/* 1 ms */

struct seg_heat *seg_heat_new(u64 from)
{
	struct seg_heat *h = xcalloc(1, sizeof(*h));

	h->from = from;
	h->step = FIRST_STEP;
	return h;
}

/* Two columns become one. */
static void fold(struct seg_heat *h)
{
	for (int s = 0; s < SEG_NR_STAGES; s++) {
		for (u32 c = 0; c < SEG_HEAT_COLS; c++) {
			u32 *to = h->n[s][c / 2];

			for (u32 i = 0; i < HEAT_CELLS; i++) {
				u32 n = h->n[s][c][i];

				h->n[s][c][i] = 0;
				to[i] += n;
			}
		}
	}
	h->step *= 2;
	h->cols = (h->cols + 1) / 2;
}

void seg_heat_add(struct seg_heat *h, u64 time, const struct seg_split *s)
{
	u64 after = time > h->from ? time - h->from : 0;
	u32 col;

	while (after / h->step >= SEG_HEAT_COLS)
		fold(h);
	col = after / h->step;
	if (col >= h->cols)
		h->cols = col + 1;
	for (int i = 0; i < SEG_NR_STAGES; i++)
		if (s->known[i])
			h->n[i][col][heat_cell(s->ns[i])]++;
}

u64 seg_heat_count(const struct seg_heat *h, enum seg_stage stage)
{
	u64 n = 0;

	for (u32 c = 0; c < h->cols; c++)
		for (u32 i = 0; i < HEAT_CELLS; i++)
			n += h->n[stage][c][i];
	return n;
}
