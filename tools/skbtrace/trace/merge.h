/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Merges CPUs by (time, cpu, seq). The order within a CPU is kept: a step back
 * in time is counted, unless the record was held back: these come directly
 * before their primary, see history.h.
 *
 * Sub-buffers of a file are added as places and read when needed: one per CPU
 * is in memory. Those of a pipe are copied, and freed as soon as all CPUs are
 * complete up to them.
 */
#ifndef SKBTRACE_MERGE_H
#define SKBTRACE_MERGE_H

#include "trace/trace.h"

struct merge;

struct merge_stats {
	u64 backward;		/* records earlier than the one before */
	u64 damaged;		/* sub-buffers with something wrong in them */
	u64 forced;		/* records passed on with a CPU unheard */
};

/* @foretell: look ahead for ports, see foretold.h. */
struct merge *merge_new(rec_sink *sink, void *arg, bool foretell);

/* A sub-buffer in memory: copied. @len bytes, the used part at least. */
void merge_subbuf(struct merge *m, struct trace *t, u32 cpu, const void *p,
		  u32 len);
/* A sub-buffer in the capture of @t, or in the raw @fd: fetched later. */
void merge_place(struct merge *m, struct trace *t, u32 cpu, int fd, u64 offset,
		 u32 len, u32 crc);
/* This CPU is complete up to @mono_ns. 0: wait for it. */
void merge_mark(struct merge *m, struct trace *t, u32 cpu, u64 mono_ns);

/* Pass on records that are in order; some may wait for a port. */
void merge_run(struct merge *m);
/* The same, and do not wait for ports, since more may come late. */
void merge_flush(struct merge *m);
/* The traces have got another shift; nothing has been passed on yet. */
void merge_reshift(struct merge *m);
/* The end of all traces: pass on all. */
void merge_finish(struct merge *m);
/* The end of the traces so far, others follow: pass on all. */
void merge_pause(struct merge *m);

/* The sink may ask to stop. */
void merge_stop(struct merge *m);

const struct merge_stats *merge_stats(const struct merge *m);
void merge_free(struct merge *m);

#endif
