/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A moving window of the last seconds. Two summaries get each event; in turns
 * one of them is reset, so the other one, which is shown, covers between half a
 * span and a whole one.
 */
#ifndef SKBTRACE_TOP_WINDOWS_H
#define SKBTRACE_TOP_WINDOWS_H

#include "conn/summary.h"

enum { NR_WINDOWS = 2 };

struct windows {
	struct summary *s[NR_WINDOWS];
	struct match match[NR_WINDOWS];	/* their ranges begin by turns */
	u64 half;		/* ns from one turn to the next */
	u64 turn;		/* time of the last one */
	u32 shows;
};

/* From @now on; as many connections at most as fit @max. */
void windows_init(struct windows *w, u64 now, u64 span, u32 max);
void windows_free(struct windows *w);

/* As summary_add(). */
void windows_add(struct windows *w, struct trace *t, const struct rec *r,
		 bool who);
/* If it is time, show the other one, and reset this one. */
static inline bool windows_due(const struct windows *w, u64 now)
{
	return now >= w->turn + w->half;
}

/* At its time, for it is late perhaps; after a long pause only the last ones */
void windows_turn(struct windows *w, u64 now);

/* What shows, and what will. */
static inline const struct summary *windows_now(const struct windows *w)
{
	return w->s[w->shows];
}

static inline const struct summary *windows_next(const struct windows *w)
{
	return w->s[(w->shows + 1) % NR_WINDOWS];
}

/* Which connections match: none until events say so; or all. */
void windows_match(struct windows *w, bool all);

#endif
