/* SPDX-License-Identifier: GPL-2.0 */
/* The loop of who receives frames: sources, signals, time. */
#ifndef SKBTRACE_FRAME_LISTEN_H
#define SKBTRACE_FRAME_LISTEN_H

#include "frame/senders.h"

enum { LISTEN_SOURCES = 64 };

struct listen {
	struct senders *all;
	struct source *sources;
	u32 n;
	u64 duration_ns;	/* 0: until a signal */
	bool one;		/* ends when all that were begun have ended */
	int stdout_fd;		/* watched for a reader that leaves; -1 */
	bool broken_pipe;	/* it has left */
	void *arg;		/* for these, each may be NULL */
	int (*tick)(void *arg, u64 now);	/* 0 or an error */
	void (*progress)(void *arg);		/* USR1 */
	bool (*full)(void *arg);	/* do not read for now */
};

/*
 * All there is in files, or until something ends it. 0, or an exit code after a
 * message. senders_end() is left to the caller.
 */
int listen_run(struct listen *l);

#endif
