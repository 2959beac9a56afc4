/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes sub-buffers of one processor from blocks, as the kernel would have
 * written them, and passes each to a sink when it is full.
 */
#ifndef SKBTRACE_FRAME_BUILD_H
#define SKBTRACE_FRAME_BUILD_H

#include "frame/decode.h"
#include "kernel/sink.h"

enum { BUILD_SIZE = 128 << 10 };	/* more than any frame */

struct build_cpu {
	u32 cpu;
	u8 *buf;		/* from the header on; NULL: none is begun */
	u32 used, cap, nr_events;
	u64 seq;		/* of the next block */
	u64 time;		/* of the last event so far; of LOST, its end */
	u64 lost;		/* numbers in LOST blocks so far */
	u64 events;		/* all that were passed on */
};

/* A loss by kind; counts need not add up if there are none. */
struct build_kind {
	u16 event;
	u64 n;
};

/* 0, or the error of the sink; so are the others. */
int build_frame(struct build_cpu *p, struct sink *to, const struct frame *f);
/*
 * @n numbers are missing, up to @until; @k, @nk: of which kinds; none: unknown.
 */
int build_lost(struct build_cpu *p, struct sink *to, const struct frame *f,
	       u64 n, u64 until, const struct build_kind *k, u32 nk);
/* What there is, full or not. */
int build_flush(struct build_cpu *p, struct sink *to);
void build_free(struct build_cpu *p);

#endif
