/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SKBTRACE_SUMMARY_COLS_H
#define SKBTRACE_SUMMARY_COLS_H

#include "conn/summary.h"

/* The fields of an event that count, found once per format. */
struct col {
	int source;		/* enum source, -1: none */
	const struct field *f[C_NR];
	const struct field *end, *cgroup, *ca;
	const struct field *state, *err;
	const struct field *una;
	bool loss;		/* says when losses are repaired */
	bool part;		/* only what led to a primary was written */
	bool exact;		/* some were, so others are told twice */
};

void summary_cols_init(struct per_event *cols);
/* Fill in @c for @e, unless @m excludes it. */
void col_fields(struct col *c, const struct match *m, const struct event *e);
/* Those of the event of @r, which is of @t. */
struct col *summary_col(struct summary *s, const struct trace *t,
			const struct rec *r);

#endif
