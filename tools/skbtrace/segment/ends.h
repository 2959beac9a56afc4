/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Both ends of a connection in the recordings, of one host or of two: how long
 * bytes take one way, and their ACK back. Clocks of two hosts differ; by how
 * much follows from the traffic. What is sent at A and received at B took
 * d + t, if B's clock is t ahead; its ACK took e - t. As d and e can't be
 * negative, t lies between -min(e - t) and min(d + t), of all bytes both ways,
 * and half of that range is the error.
 */
#ifndef SKBTRACE_SEGMENT_ENDS_H
#define SKBTRACE_SEGMENT_ENDS_H

#include "lib/hist.h"
#include "segment/flows.h"

/* How the clock of host @b runs to that of host @a */
struct seg_clock {
	u32 a, b;		/* struct trace.id; a < b, or the same */
	double offset_ns;	/* b's is ahead by so much at @from */
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
