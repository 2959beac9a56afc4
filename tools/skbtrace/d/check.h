/* SPDX-License-Identifier: GPL-2.0 */
/* What names mean and which types things have; all mistakes are found here. */
#ifndef SKBTRACE_D_CHECK_H
#define SKBTRACE_D_CHECK_H

#include "d/func.h"
#include "d/plan.h"

struct checker {
	struct program *p;
	struct plan *plan;
	const u32 *of;		/* probes of the clause, indexes of the plan */
	u32 n;
	struct clause *clause;
	u32 nr;			/* statements so far */
	u32 depth;		/* of the expression */
};

/* check_stmt.c. Also makes @plan. False after a message. */
bool d_check(struct program *p, struct plan *plan);

/* check.c; sets the type of @e and all below it. */
void check_expr(struct checker *c, struct expr *e);
void check_type(struct checker *c, const struct expr *e, enum kind want,
		const char *what);
void check_list(struct checker *c, struct expr *list);
/* A constant of the text, else a message. */
s64 check_number(struct checker *c, const struct expr *e, const char *what);
/* Keys like those before, which are taken from the first. */
void check_keys(struct checker *c, const struct expr *e, const char *name,
		struct type **keys, u32 *nkeys, bool first);

/* check_call.c: the function that @e calls, NULL after a message ... */
const struct func *call_func(struct checker *c, const struct expr *e);
/* ... and whether its arguments, which have their types, are what it takes. */
void call_check(struct checker *c, struct expr *e, const struct func *f);

/* check_agg.c: all aggregations of the program, and one statement. */
void check_aggs(struct program *p);
void check_agg(struct checker *c, struct expr *assign);
/* An aggregation as an action's argument. */
void check_agg_name(struct checker *c, struct expr *e);

#endif
