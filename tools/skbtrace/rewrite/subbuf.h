/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sub-buffers of a CPU of the recording that is written. Events keep their
 * sequence numbers: OMITTED blocks replace events that are left out; gaps in
 * the input remain gaps.
 */
#ifndef SKBTRACE_REWRITE_SUBBUF_H
#define SKBTRACE_REWRITE_SUBBUF_H

#include "lib/hash.h"
#include "rewrite/job.h"
#include "trace/history.h"

struct stream {
	u32 cpu;
	bool counted;		/* in_next is valid */
	u64 in_next;		/* what the next one that is read begins with */
	bool written;		/* out_next is valid */
	u64 out_next;		/* what a reader of ours expects */
	bool gap;		/* something is missing, not left out */
	u64 unlost;		/* losses that are told of no more */
	bool marked;
	u64 mark;		/* it is complete up to here, to be written */
	u32 part;		/* the part that the last one was of */
	struct hash seen;	/* those that were read, of several parts */
	struct history history;	/* only to see what is wrong with it */
	/* A HISTORY block waits for what it is about. */
	bool waits;
	struct skbtrace_history block;
};

/* What is read now. */
struct reading {
	struct job *job;
	const struct trace *t;
	u32 id;			/* of the recording, for ops->action() */
	bool parts;		/* several are written as one */
	struct stream **streams;
	u32 n;
	/* sums */
	u64 events, lost, unlost;
	u64 last_ns;		/* time of the latest record */
};

/*
 * A sub-buffer of @len bytes, with the checksum of its chunk: write the part
 * that is kept. 0, or an exit code after a message; -EPIPE.
 */
int subbuf_copy(struct reading *rd, struct stream *s, const u8 *p, u32 len,
		u32 crc);

/* NULL after a message: there are too many. */
struct stream *stream_get(struct reading *rd, u32 cpu);
void streams_free(struct reading *rd);

#endif
