/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A queue of records that wait: copies, with their blocks, in a ring of fixed
 * size.
 */
#ifndef SKBTRACE_KEPT_H
#define SKBTRACE_KEPT_H

#include "trace/trace.h"

/* Some ten thousand events, as most of them are; any one block fits. */
enum { KEPT_BYTES = 4 << 20 };

struct kept_key {
	u64 cookie, trace;
};

struct kept {
	struct kept_key key;	/* all up to @at: of who keeps it */
	struct kept *next, *last;
	bool waits;
	u64 at;
	u32 size;
	struct trace *t;
	struct rec r;
	u8 block[];
};

/* All 0 is how it begins. */
struct kept_queue {
	u8 *mem;
	u32 n;
	u32 head, tail;
	u32 end;		/* where what lies before head ends */
};

/* NULL: the queue is full. */
struct kept *kept_add(struct kept_queue *q, struct trace *t,
		      const struct rec *r);
/* The oldest one, NULL if there is none. */
static inline struct kept *kept_first(const struct kept_queue *q)
{
	return q->n ? (struct kept *)(q->mem + q->head) : NULL;
}

/* Removes the oldest one, which must exist. */
void kept_drop(struct kept_queue *q);
void kept_free(struct kept_queue *q);

#endif
