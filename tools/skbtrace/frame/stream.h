/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The frames of one processor, put into the order of their sequence numbers.
 * One that comes too early waits for those before it.
 */
#ifndef SKBTRACE_FRAME_STREAM_H
#define SKBTRACE_FRAME_STREAM_H

#include "frame/build.h"

struct waiting;

/*
 * Frames that wait are in a skip list: who sends cannot choose an order in
 * which each frame has to be compared with all others.
 */
enum { STREAM_LEVELS = 10 };

struct stream {
	struct build_cpu build;	/* build.seq: the number that is next */
	u64 frame_seq;		/* of the frame taken last */
	struct waiting *queue[STREAM_LEVELS];	/* in order, none yet next */
	size_t bytes;		/* in it */
	u64 told_seq;		/* blocks below have been sent, says INFO */
	u64 told_ns;		/* and all events up to then */
	bool changed;		/* since its last mark */
};

/* A frame that waits. */
struct waiting {
	struct waiting *next[STREAM_LEVELS];	/* NULL above its level */
	u64 since_ns;		/* when it came */
	struct frame f;
	u8 data[];
};

enum stream_take {
	STREAM_NEXT,		/* it is next: build it in */
	STREAM_WAITS,		/* a copy of it is in the queue */
	STREAM_AGAIN,		/* it was here, or was given up */
	STREAM_OVERLAPS,	/* with others: impossible */
};

enum stream_take stream_take(struct stream *s, const struct frame *f, u64 now);

static inline struct waiting *stream_first(const struct stream *s)
{
	return s->queue[0];
}

/* The first one that waits, if it is next; to be freed. NULL: it is not. */
struct waiting *stream_next(struct stream *s);

/*
 * Sequence numbers that are missing before the first frame that waits, or, if
 * none does, below told_seq. 0: none.
 */
u64 stream_hole(const struct stream *s);
/* All that are missing below told_seq. */
u64 stream_missing(const struct stream *s);

void stream_free(struct stream *s);

#endif
