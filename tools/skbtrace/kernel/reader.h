/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Drains the trace.cpuN files: whole sub-buffers, nothing per event.
 *
 * A file that ends (tracing has stopped and all is read) is closed; when all
 * have ended, the session is over.
 */
#ifndef SKBTRACE_READER_H
#define SKBTRACE_READER_H

#include <poll.h>

#include "kernel/sink.h"

struct ctl;

struct reader_cpu {
	u32 cpu;
	int fd;			/* -1: ended */
	char *rest;		/* a sub-buffer of which a part has come */
	size_t rest_len;
	u64 mark;		/* complete_ns told to the sink */
	u64 subbufs;		/* read so far */
};

struct reader {
	const struct ctl *ctl;
	size_t subbuf_size;
	u64 subbuf_nr;
	char *buf;
	size_t buf_size;
	struct reader_cpu *cpus;
	int nr;
	u64 events;		/* sums of what came by */
	u64 bytes;
	u64 drained_ns;		/* when the last sub-buffer came */
};

/* Reads the sizes of buffers. 0 or an exit code after a message. */
int reader_open(struct reader *r, const struct ctl *ctl);
void reader_close(struct reader *r);

/*
 * Opens files that are new, after CPU hotplug. Number of files added, or
 * -errno.
 */
int reader_scan(struct reader *r);

bool reader_ended(const struct reader *r);

/*
 * Passes available sub-buffers to @sink, at most one buffer of each CPU: all
 * that was produced when the call began. 0, or -errno: of the sink, or after a
 * message if a file cannot be read or does not hold sub-buffers (-EPROTO).
 */
int reader_drain(struct reader *r, struct sink *sink);

/*
 * Before a drain: note up to which time each CPU is complete. After it: pass
 * these marks to the sink, unless its data is covered by earlier ones. marks()
 * returns 0 or -errno of the sink.
 */
struct ctl_stat;
int reader_marks(struct reader *r, const struct ctl_stat *st,
		 struct sink *sink);

/* Has the sink sub-buffers that are not covered by marks yet? */
bool reader_uncovered(const struct reader *r);

#endif
