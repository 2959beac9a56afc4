/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a sender's CLOCK_MONOTONIC is from ours: from probes that it answers.
 * The fastest round of each second counts. A line through those of the last
 * minute gives offset and drift; no round may be farther from it than the error
 * that is told.
 */
#ifndef SKBTRACE_FRAME_OFFSET_H
#define SKBTRACE_FRAME_OFFSET_H

#include "lib/util.h"

enum { OFFSET_ROUNDS = 64 };

/* A round: at @at, on the sender's clock, ours was @offset more, +- @half. */
struct offset_round {
	u64 at;
	s64 offset;
	u64 half;
};

struct offset {
	bool set;
	bool local;		/* it is our clock */
	/* ours = sender's + offset_ns + drift_ppb * (t - mono_ns) / 10^9 */
	u64 mono_ns;
	s64 offset_ns, drift_ppb;
	u64 error_ns;
	u64 version;		/* of the above: changes with it */

	struct offset_round best;	/* of this second; half 0: none yet */
	u64 second_ns;			/* ours, when it began */
	struct offset_round rounds[OFFSET_ROUNDS];
	u32 n;			/* of all there were */
};

/* Asked at @sent, answered at @came, ours; @mono: the sender's in between. */
void offset_round(struct offset *o, u64 sent, u64 came, u64 mono);
/* Now and then: a second is over. */
void offset_tick(struct offset *o, u64 now);
/* It is the same clock. */
void offset_local(struct offset *o);

/* "+1.234ms ±0.021ms", "ours", "not known" */
enum { OFFSET_TEXT = 64 };

char *offset_text(const struct offset *o, char buf[OFFSET_TEXT]);

#endif
