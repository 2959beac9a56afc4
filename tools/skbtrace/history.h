/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where blocks that were held back belong. They are as old as they say, but
 * were written when a primary fired: their place is directly before it, and a
 * CPU's blocks are merged by their places. So all of a history, from its
 * HISTORY block to the primary, counts as one moment.
 */
#ifndef SKBTRACE_HISTORY_H
#define SKBTRACE_HISTORY_H

#include "decode.h"

/*
 * What lies between a HISTORY block and its primary is written with interrupts
 * off: it takes less than this.
 */
#define HISTORY_NS	100000000ull

/* Of one CPU. All 0 is how it begins. */
struct history {
	u64 now;		/* latest time seen */
	u64 opened;		/* when the sub-buffer was */
	u64 at;			/* open: the moment */
	u64 key;		/* told: the primary's connection, 0: none */
	u32 left;		/* told: as many held blocks may still come */
	bool open;		/* the primary has not come yet */
	bool told;		/* by a HISTORY block */
	bool first;		/* no held block has come yet */
};

/* A sub-buffer begins; @gap: something before it is missing. */
void history_subbuf(struct history *h, u64 mono_ns, bool gap);

/*
 * The next record: sets r->at and r->first. 1: pass it on. 0: a HISTORY block,
 * which is no event. -1: pass it on, but something is wrong, see @err.
 */
int history_take(struct history *h, struct rec *r, char err[DECODE_ERRLEN]);

/* Nothing before @bound comes from this CPU, it says: is it true yet? */
u64 history_bound(const struct history *h, u64 bound);

#endif
