/* SPDX-License-Identifier: GPL-2.0 */
/* A job of the rewriter: callbacks of the command, and counters. */
#ifndef SKBTRACE_REWRITE_JOB_H
#define SKBTRACE_REWRITE_JOB_H

#include "rewrite/lanes.h"
#include "rewrite/output.h"
#include "trace/trace.h"

/* Each may be NULL: nothing is changed. */
struct rewrite_ops {
	/*
	 * The action for the next record of @cpu in the recording number @id,
	 * HISTORY blocks not counted.
	 */
	enum action (*action)(void *arg, u32 id, u32 cpu);
	/* Alter @block, the copy of @r; it keeps its length. */
	void (*block)(void *arg, const struct rec *r, u8 *block);
	/* META: the new text, to be freed; NULL: none, it is left out. */
	char *(*meta)(void *arg, const struct trace *t, const char *name,
		      const char *text);
	/* The same of a format's text. */
	char *(*format)(void *arg, const char *text);
	/* The META number @i, from 0, that is added to a recording; or NULL. */
	const char *(*more)(void *arg, u32 id, int i, const char **name);
	/* When tracing ended, as END is to say. */
	u64 (*end)(void *arg, u32 id, u64 mono_ns);
	/* Drop unknown chunks and blocks, which may contain anything. */
	bool known_only;
};

struct job {
	const struct rewrite_opts *o;
	const struct rewrite_ops *ops;
	void *arg;
	struct output out;
	/* over all recordings that are written */
	u64 kept, context;	/* events; names are none */
	u64 names, lost;
	u64 unknown_chunks;	/* left out */
	u64 twice;		/* sub-buffers that several files have */
	u64 damaged;
	u64 bytes, all_bytes;	/* read, and to be read */
	u64 told_ns;		/* when the progress was last told */
	bool incomplete;
	bool quiet;		/* what is damaged has been told */
};

/* Something is damaged, and is not written. */
void job_damage(struct job *j, const char *name, const char *what);

/* @bytes more have been read: print the progress, if it is time. */
void job_progress(struct job *j, u64 bytes);

/* The messages at the end. */
void job_totals(const struct job *j);

#endif
