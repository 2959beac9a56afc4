/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Many CPUs into one sequence, by (time, cpu, seq). Within a CPU position is
 * truth: a step back in time is passed on as it stands, and counted, unless
 * the record was held back: those come directly before what they were held
 * for, see history.h.
 *
 * From a file sub-buffers are passed as places and fetched when their turn
 * comes: one is in memory per CPU. From a pipe they are passed in memory, and
 * leave it as soon as every CPU has said that it is complete up to them.
 */
#ifndef SKBTRACE_MERGE_H
#define SKBTRACE_MERGE_H

#include "trace.h"

typedef void merge_sink(void *arg, struct trace *t, const struct rec *r);

struct merge;

struct merge_stats {
	u64 backward;		/* records earlier than the one before */
	u64 damaged;		/* sub-buffers with something wrong in them */
	u64 forced;		/* records passed on with a CPU unheard */
};

struct merge *merge_new(merge_sink *sink, void *arg);

/* A sub-buffer in memory: copied. @len bytes, the used part at least. */
void merge_subbuf(struct merge *m, struct trace *t, u32 cpu, const void *p,
		  u32 len);
/* A sub-buffer in the capture of @t, or in the raw @fd: fetched later. */
void merge_place(struct merge *m, struct trace *t, u32 cpu, int fd, u64 offset,
		 u32 len, u32 crc);
/* Nothing earlier comes from this CPU any more. 0: wait for it. */
void merge_mark(struct merge *m, struct trace *t, u32 cpu, u64 mono_ns);

/* Pass on what is certain by now. */
void merge_run(struct merge *m);
/* No more comes: pass on all. */
void merge_finish(struct merge *m);
/* No more comes of the traces up to now, but of others: pass on all. */
void merge_pause(struct merge *m);

/* The sink may ask to stop. */
void merge_stop(struct merge *m);

const struct merge_stats *merge_stats(const struct merge *m);
void merge_free(struct merge *m);

#endif
