/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many bytes took how long, and when: for each stage a grid of time by
 * latency. Its columns get wider as the recording gets longer.
 */
#ifndef SKBTRACE_SEGMENT_HEAT_H
#define SKBTRACE_SEGMENT_HEAT_H

#include "lib/heat.h"
#include "segment/stages.h"

enum { SEG_HEAT_COLS = 128 };

struct seg_heat {
	u64 from;		/* time of the first event */
	u64 step;		/* ns of a column */
	u32 cols;		/* up to the last one in use */
	u32 n[SEG_NR_STAGES][SEG_HEAT_COLS][HEAT_CELLS];
};

struct seg_heat *seg_heat_new(u64 from);
/* A piece whose way ended at @time, not before the first event. */
void seg_heat_add(struct seg_heat *h, u64 time, const struct seg_split *s);
/* Pieces of which @stage is known. */
u64 seg_heat_count(const struct seg_heat *h, enum seg_stage stage);

#endif
