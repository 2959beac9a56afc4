/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The actions for all records, per CPU, in two bits each. They are read in the
 * order in which they were added.
 */
#ifndef SKBTRACE_REWRITE_LANES_H
#define SKBTRACE_REWRITE_LANES_H

#include "lib/util.h"

enum action { ACTION_OMIT, ACTION_KEEP, ACTION_CONTEXT };

/* Of one CPU of one recording. */
struct lane {
	u32 id, cpu;
	u64 *words;
	u64 n, cap;
	u64 next;			/* to be asked for */
	/* choose.c: what was held back is kept, its primary has not come */
	bool open;
	u64 at;
};

struct lanes {
	struct lane **v;
	u32 n;
	struct lane *last;		/* the one looked for last */
};

/* One record's. */
struct spot {
	struct lane *lane;		/* NULL: none */
	u64 at;
};

struct spot lanes_add(struct lanes *l, u32 id, u32 cpu, enum action action);
enum action lanes_next(struct lanes *l, u32 id, u32 cpu);
void lanes_free(struct lanes *l);

void spot_set(struct spot s, enum action action);
/* Keep it, as context if it was not chosen. */
void spot_need(struct spot s);

#endif
