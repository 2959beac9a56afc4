/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What held a connection back, as pieces of time, to be drawn: they have no
 * gaps, and add up to the shares of the summary. held.c makes them. Their
 * number is limited: beyond that, the time of each word within a step is
 * merged, so the shares stay the same.
 */
#ifndef SKBTRACE_BANDS_H
#define SKBTRACE_BANDS_H

#include "lib/util.h"

struct band {
	u64 from, to;
	const char *word;
};

/* Laid over the reason in force; @window: only where it is the window. */
struct overlay {
	u64 from, to;
	bool window;
};

/* All 0 to begin with. */
struct bands {
	struct band *v;
	u32 n, cap;
	u64 step;		/* within it the order is not kept; 0: exact */
	struct overlay *over;	/* by @from, of the run that is not told yet */
	u32 nover, over_cap;
};

/* From @from to @to the reason is "loss", whatever the send limit is. */
void bands_over(struct bands *b, u64 from, u64 to, bool window);
/* @word was the reason then, except for losses. In order of time. */
void bands_run(struct bands *b, const char *word, u64 from, u64 to);
/* At most @max pieces. */
void bands_thin(struct bands *b, u32 max);
/* None any more. */
void bands_clear(struct bands *b);
void bands_free(struct bands *b);

#endif
