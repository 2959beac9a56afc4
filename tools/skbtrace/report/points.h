/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A quantity over time, to be drawn, in bounded memory. All points are kept as
 * long as they are few. Then time is divided into steps, and each step keeps
 * the first, the least, the greatest and the last point: with a step per pixel
 * that looks the same. When there are too many steps, two become one.
 */
#ifndef SKBTRACE_REPORT_POINTS_H
#define SKBTRACE_REPORT_POINTS_H

#include "lib/hist.h"

struct point {
	u64 t;			/* ns */
	s64 v;
};

/* All 0 to begin with. */
struct points {
	struct point *v;	/* by time */
	u32 n, cap;
	u64 step;		/* ns; 0: all points are there */
	u64 seen;		/* all that there were */
	bool measured;		/* percentiles are asked for */
	struct hist *hist;	/* then of all; NULL: @v has all */
};

/* Points come by time; one of those that were held back may step back. */
void points_add(struct points *s, u64 t, s64 v);
/* At most @max points are left, four or more. */
void points_thin(struct points *s, u32 max);
/* The percentile of all points seen; 0 and 100: min and max. */
u64 points_percentile(const struct points *s, u32 percent);
void points_free(struct points *s);

#endif
