/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "record --packets": packets that the kernel captures, into a pcapng file. A
 * thread moves them by splice(2), so that nothing is copied on the way.
 */
#ifndef SKBTRACE_PACKETS_H
#define SKBTRACE_PACKETS_H

#include <pthread.h>

#include "kernel/ctl.h"
#include "record/outfile.h"

struct packets {
	const char *name;	/* of the file; NULL: none is wanted */
	enum outfile_mode mode;
	int fd;
	int pipe[2];
	struct packets_cpu {
		int fd;		/* -1: at its end */
	} *cpus;
	int nr;
	pthread_t thread;
	u64 bytes;
	int err;		/* errno of the thread, 0: none */
	bool running;
};

/* What was captured, and lost, by all CPUs together. */
struct packets_count {
	u64 captured, lost;
	char why[160];		/* "full 3, pinned 5"; "" */
};

/* Make the file. 0, or an exit code after a message. */
int packets_open(struct packets *p);
/* Tracing is on: begin. 0, or an exit code after a message. */
int packets_start(struct packets *p, const struct ctl *c);
/*
 * Tracing is over: wait for the rest, write the counts. 0, or an exit code
 * after a message.
 */
int packets_end(struct packets *p, const struct ctl *c,
		struct packets_count *n);
/* Nothing is to be kept: remove the file. The session has ended. */
void packets_drop(struct packets *p);

#endif
