/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a host's CLOCK_MONOTONIC was from that of the collector of its
 * recording: META "offset", a line now and then while it was recorded. With it
 * the recordings of one collector are put on one clock, drift and all.
 */
#ifndef SKBTRACE_OFFSETS_H
#define SKBTRACE_OFFSETS_H

#include "lib/util.h"

/* The collector's clock was @offset more at @mono, give or take @error. */
struct offsets_point {
	u64 mono;
	s64 offset;
	u64 error;
	s64 drift_ppb;
};

enum { MAX_OFFSETS = 256 };

struct offsets {
	u32 n;
	bool sorted;
	struct offsets_point *v;
};

/* The text of a META; what is no such line is left out. */
void offsets_add(struct offsets *o, const char *text);
/* At @mono; between two lines, on the straight way from one to the other. */
s64 offsets_at(struct offsets *o, u64 mono);
/* The largest error of what offsets_at() says. */
u64 offsets_error(struct offsets *o);
void offsets_free(struct offsets *o);

#endif
