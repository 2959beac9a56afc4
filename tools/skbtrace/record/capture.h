/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sink of "record" and "collect": a capture file, or several with rotation.
 *
 * Rotation: each file must be readable alone, so a new file begins with a new
 * epoch ("keyframes"). CPUs may still send sub-buffers of the previous epoch;
 * they go to the old file, which is finished when all CPUs have moved on.
 */
#ifndef SKBTRACE_CAPTURE_H
#define SKBTRACE_CAPTURE_H

#include "kernel/sink.h"
#include "record/meta.h"
#include "record/outfile.h"

struct capture_opts {
	const char *name;	/* "-": stdout */
	enum outfile_mode mode;
	u64 rotate;		/* bytes of a file, 0: one file */
	u64 files;		/* keep so many, 0: all */
	u64 max_size;		/* bytes in all, 0: no limit */
	unsigned int how;	/* of enum sbt_how */
};

/* Whose data it gets. */
struct capture_ops {
	const char *(*format)(void *arg);
	/* What stands at the beginning of each file. 0 or -errno. */
	int (*meta)(void *arg, meta_put *put, void *to);
	/* A pair of its clocks, now: at the end of a file. 0 or -errno. */
	int (*clock)(void *arg, meta_put *put, void *to);
	u64 (*now)(void *arg);		/* its CLOCK_MONOTONIC */
	u64 (*lost)(void *arg);		/* so far */
	/* All names are given again, in a new epoch, which is returned. */
	u32 (*keyframes)(void *arg);
	/* The @i-th processor that sends; false: there are no more. */
	bool (*cpu)(void *arg, u32 i, u32 *cpu);
	u64 move_ns;	/* so long the old file waits for the last of them */
};

struct capture {
	struct sink sink;	/* first */
	const struct capture_opts *o;
	const struct capture_ops *ops;
	void *arg;		/* for them */
	struct outfile cur;
	/* While the processors move from one file to the next: */
	struct outfile old;
	bool moving;
	u32 epoch;		/* of the new file */
	u64 moving_ns;		/* since when */
	u32 *moved;		/* processors that did */
	int nr_moved;

	unsigned int number;	/* of the current file, 1.. */
	unsigned int nr_files;	/* finished */
	u64 bytes, events;	/* in finished files */
};

/*
 * Make the file(s) ready; @c is all 0. 0, or an exit code after a message, or
 * -EPIPE: the reader of our stdout has gone.
 */
int capture_open(struct capture *c, const struct capture_opts *o,
		 const struct capture_ops *ops, void *arg);

/* Write what precedes the first sub-buffer. 0, or an exit code, or -EPIPE. */
int capture_begin(struct capture *c);

/*
 * Finish the file(s); @whole: the session has ended in order. 0 or exit code.
 */
int capture_end(struct capture *c, bool whole);

/* Nothing was recorded: remove the file. */
void capture_drop(struct capture *c);

/* A META, or another format, in the midst of the file. 0 or -errno. */
int capture_meta(struct capture *c, const char *name, const char *text);
int capture_format(struct capture *c);

u64 capture_bytes(const struct capture *c);

/* "skbtrace.dat", "skbtrace.dat.0003 to .0012"; into a buffer of its own. */
const char *capture_names(struct capture *c);

#endif
