/* SPDX-License-Identifier: GPL-2.0 */
/* Which clauses each probe runs, and which probes a program enables. */
#ifndef SKBTRACE_D_PLAN_H
#define SKBTRACE_D_PLAN_H

#include "d/tree.h"

struct enabled {
	const struct probe *probe;
	u32 id;
	u64 period, next;	/* of tick-N, ns; 0: it is none */
	struct clause **clauses;	/* in the order of the text */
	u32 n;
};

struct plan {
	struct enabled *v;
	u32 n;
	u32 matched;		/* probes of all clauses, as in DTrace */
	bool whole;		/* events that have more are needed */
};

/*
 * Adds what the descriptions of @c match to @plan; *@of, of *@n, are the
 * indexes of the probes, to be freed. False after a message.
 */
bool d_plan_clause(struct program *p, struct plan *plan, struct clause *c,
		   u32 **of, u32 *n);
void d_plan_free(struct plan *plan);

#endif
