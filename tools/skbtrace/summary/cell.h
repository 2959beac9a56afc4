/* SPDX-License-Identifier: GPL-2.0 */
/* The cells of the summary, to be printed, sorted or summed up. */
#ifndef SKBTRACE_SUMMARY_CELL_H
#define SKBTRACE_SUMMARY_CELL_H

#include "conn/summary.h"
#include "trace/printer.h"
#include "why/why.h"

struct sheet {
	const struct summary *s;
	struct printer *pr;
	struct why why;
	bool recorded[SRC_NR];
};

enum cell_state { CELL_VALUE, CELL_NONE, CELL_LOST };

struct cell {
	enum cell_state state;
	u64 v;
};

/* Columns of numbers, in the order of JSON. */
enum column_no {
	COL_LIFE, COL_SENT, COL_RETR, COL_SPURIOUS, COL_DROP, COL_DUPLICATES,
	COL_RTT_MIN, COL_RTT_LAST, COL_OVERFLOWS,
	COL_DISTS,		/* three percentiles of each enum dist */
	COL_NR = COL_DISTS + 3 * DIST_NR
};

enum column_join { JOIN_NONE, JOIN_SUM, JOIN_LEAST, JOIN_DIST };

struct column {
	const char *name;	/* for --sort */
	const char *json;
	enum column_join join;	/* what it is of several rows */
};

extern const struct column columns[COL_NR];

static inline bool column_dist(enum column_no i)
{
	return i >= COL_DISTS && i < COL_NR;
}

/* Of a row, or of what several have in @h, which may be NULL. */
struct cell dist_cell(const struct sheet *c, const struct hist *h,
		      enum column_no i);
struct cell row_cell(const struct sheet *c, const struct row *r,
		     enum column_no i);

/* No sample was recorded: the last RTT is the smoothed one of the kernel. */
bool is_smoothed(const struct sheet *c, const struct row *r);

/* Were events lost that the parts of its life depend on? */
bool held_is_lost(const struct sheet *c, const struct row *r);

/* Its verdict, NULL: none; *@sure: no event is missing for it. */
const char *verdict_name(const struct sheet *c, const struct row *r,
			 bool *sure);

#endif
