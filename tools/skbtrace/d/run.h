/* SPDX-License-Identifier: GPL-2.0 */
/* A program that runs. */
#ifndef SKBTRACE_D_RUN_H
#define SKBTRACE_D_RUN_H

#include "d/agg.h"
#include "d/plan.h"

struct run {
	struct program *p;
	const struct enabled *probe;	/* that fires */
	struct firing f;
	struct scratch scratch;
	u64 now;		/* monotonic, on the clock of the first trace */
	struct text out;	/* of the clause */
	const char *fault;	/* why the clause ends; NULL: it goes on */
	u32 fault_pos;
	bool quiet;
	bool flow;		/* flowindent */
	bool exits;
	int status;
	struct agg_sort sort;
	u32 strsize;
	u64 var_drops;		/* elements that found no room */
};

/* fault.c */
void fault(struct run *r, const struct expr *e, const char *why);

/* eval.c */
struct value eval(struct run *r, const struct expr *e);
bool eval_true(struct run *r, const struct expr *e);
/* Into @key, which has KEY_MAX bytes; how many are used. */
enum { KEY_MAX = 2048 };
u32 eval_keys(struct run *r, const struct expr *list, u8 *key);
void this_clear(struct run *r);
void vars_free(struct program *p);

/* eval_call.c: the subroutine that @e calls, with its arguments */
enum { MAX_PARAMS = 3 };

struct value eval_call(struct run *r, const struct expr *e,
		       const struct value *v, u32 n);

/* clause.c: all that @c does, into r->out; a fault leaves nothing there. */
void clause_run(struct run *r, const struct clause *c);

#endif
