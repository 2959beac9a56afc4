/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Log-linear histogram: 128 steps to each power of two, so a percentile is
 * within 0.4 % of the truth, whatever the values are; min and max are exact.
 */
#ifndef SKBTRACE_HIST_H
#define SKBTRACE_HIST_H

#include "util.h"

enum { HIST_BITS = 7, HIST_STEPS = 1 << HIST_BITS,
	HIST_ROWS = 64 - HIST_BITS + 1 };

struct hist {
	u64 n, min, max;
	u64 *row[HIST_ROWS];	/* HIST_STEPS each, NULL: all 0 */
};

void hist_add(struct hist *h, u64 v);
/* The value that @percent of all do not exceed; 0 if there are none. */
u64 hist_percentile(const struct hist *h, u32 percent);
void hist_free(struct hist *h);

#endif
