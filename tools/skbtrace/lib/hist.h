/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Log-linear histogram: 128 steps to each power of two, so a percentile is
 * within 0.4 % of the exact value; min and max are exact. The first few values
 * are stored as they are, so their percentiles are exact: most histograms have
 * no more, and take little memory.
 */
#ifndef SKBTRACE_HIST_H
#define SKBTRACE_HIST_H

#include "lib/util.h"

enum { HIST_BITS = 7, HIST_STEPS = 1 << HIST_BITS,
	HIST_ROWS = 64 - HIST_BITS + 1, HIST_FEW = 32 };

struct hist {
	u64 n, min, max;
	u64 *few;		/* the values, sorted, while they are few */
	u64 **row;		/* HIST_ROWS, of HIST_STEPS each; NULL: all 0 */
};

void hist_add(struct hist *h, u64 v);
/* Adds the values of @from to @to. */
void hist_join(struct hist *to, const struct hist *from);
/* The percentile; 0 if there are no values. */
u64 hist_percentile(const struct hist *h, u32 percent);
void hist_free(struct hist *h);

#endif
