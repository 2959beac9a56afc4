/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The list of recordings, and which of them are parts of one: rotated files, or
 * snapshots of a flight recorder.
 */
#ifndef SKBTRACE_REWRITE_PLAN_H
#define SKBTRACE_REWRITE_PLAN_H

#include "rewrite/sources.h"
#include "trace/trace.h"

struct part {
	const char *name;
	int fd;
	u64 start;		/* where it begins in the file */
	u32 id;			/* in the order given, from 0: trace->id */
	u32 group;		/* those of the same are written as one */
	u64 opened;		/* its first sub-buffer was, on its own clock */
	struct trace *t;	/* what it says of itself; no events */
};

struct plan {
	struct part *parts;	/* by group, and then by time */
	u32 n, groups;
};

/* 0, or an exit code after a message. */
int plan_make(struct plan *p, const struct sources *s);
void plan_free(struct plan *p);

#endif
