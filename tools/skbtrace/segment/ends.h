/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Joins both ends of a connection, of one host or of two: the one-way time of
 * bytes, and that of their ACK. The clocks of two hosts differ; the traffic
 * tells by how much. If B's clock is t ahead, bytes from A to B seem to take d
 * + t and their ACK e - t. Neither d nor e is negative, so t lies between
 * -min(e - t) and min(d + t) over all bytes both ways. Half of that range is
 * the error.
 */
#ifndef SKBTRACE_SEGMENT_ENDS_H
#define SKBTRACE_SEGMENT_ENDS_H

#include "lib/hist.h"
#include "segment/flows.h"

/* How the clock of host @b runs to that of host @a */
struct seg_clock {
	u32 a, b;		/* struct trace.id; a < b, or the same */
	double offset_ns;	/* how far b's is ahead at @from */
	double drift;		/* ns for each ns */
	double error_ns;
	u64 from;		/* on a's clock */
	u32 samples;
};

enum { MAX_CLOCKS = 64 };

/* All 0 to begin with. */
struct seg_between {
	struct hist network, back;
	struct seg_clock clock[MAX_CLOCKS];
	u32 nclocks;
	u64 joined;		/* pieces */
};

void seg_between_fill(struct seg_between *b, const struct flows *f);
void seg_between_free(struct seg_between *b);

#endif
