/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The order of held back blocks. Their times are old, but their place is
 * directly before the primary that caused them to be written. For the merge,
 * all of a history, from its HISTORY block to the primary, has one time.
 */
#ifndef SKBTRACE_HISTORY_H
#define SKBTRACE_HISTORY_H

#include "trace/decode.h"

/*
 * Limit of the time from a HISTORY block to its primary, in which interrupts
 * are off.
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
 * Is it an event as most are, which no history is near? All of it is done then,
 * and r->at is its time as it is.
 */
static inline bool history_none(struct history *h, const struct rec *r)
{
	if (h->open || !r->ev || r->flags & SKBTRACE_BLOCK_HELD)
		return false;
	if (r->time > h->now)
		h->now = r->time;
	return true;
}

/*
 * The next record: sets r->at and r->first. 1: pass it on. 0: a HISTORY block,
 * which is no event. -1: pass it on, but something is wrong, see @err.
 */
int history_take(struct history *h, struct rec *r, char err[DECODE_ERRLEN]);

/*
 * The mark of this CPU says "complete up to @bound"; correct it if necessary.
 */
u64 history_bound(const struct history *h, u64 bound);

#endif
