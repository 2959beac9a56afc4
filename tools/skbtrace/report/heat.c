// SPDX-License-Identifier: GPL-2.0
/* Where bytes spent their time, and when: a grid for each stage, as JSON. */
#include "lib/json.h"
#include "report/report.h"
#include "segment/heat.h"
#include "segment/segments.h"

/* Most cells are empty: column, row, how many, of the others. */
static void json_cells(struct json *j, const struct seg_heat *h, int stage)
{
	json_array(j, "cells");
	for (u32 c = 0; c < h->cols; c++) {
		for (u32 i = 0; i < HEAT_CELLS; i++) {
			if (!h->n[stage][c][i])
				continue;
			json_u64(j, NULL, c);
			json_u64(j, NULL, i);
			json_u64(j, NULL, h->n[stage][c][i]);
		}
	}
	json_array_end(j);
}

static void json_stage(struct json *j, const struct seg_heat *h, int stage)
{
	u64 n = seg_heat_count(h, stage);

	if (!n)
		return;
	json_object(j, NULL);
	json_str(j, "stage", seg_stages[stage].name);
	json_str(j, "way", seg_stages[stage].way);
	json_u64(j, "n", n);
	json_cells(j, h, stage);
	json_object_end(j);
}

void report_heat(const struct picture *p, struct json *j)
{
	const struct seg_heat *h = p->r->segments ?
				   segments_heat(p->r->segments) : NULL;

	if (!h || !h->cols) {
		json_null(j, "heat");
		return;
	}
	json_object(j, "heat");
	json_u64(j, "from_us", h->from > p->t0 ? (h->from - p->t0) / 1000 : 0);
	json_u64(j, "step_us", h->step / 1000);
	json_u64(j, "cols", h->cols);
	json_u64(j, "per_decade", HEAT_PER_DECADE);
	json_array(j, "stages");
	for (int i = 0; i < SEG_NR_STAGES; i++)
		json_stage(j, h, i);
	json_array_end(j);
	json_object_end(j);
}
