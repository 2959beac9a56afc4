/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A queue before another sink: it takes data from the kernel's buffers, and a
 * thread passes it to the other sink in the same order. So the kernel's buffers
 * are read while the other sink waits for a slow terminal.
 *
 * Its size is limited: when outlet_full() is true, the reader must not read.
 * Then the kernel loses events, which are counted and reported.
 */
#ifndef SKBTRACE_OUTLET_H
#define SKBTRACE_OUTLET_H

#include <pthread.h>

#include "kernel/sink.h"

struct outlet_item;

struct outlet {
	struct sink sink;	/* first */
	struct sink *to;	/* the thread's alone */
	size_t limit;		/* bytes that may wait */
	pthread_t thread;
	pthread_mutex_t lock;	/* of what follows */
	pthread_cond_t news;
	struct outlet_item *first, **end;
	size_t waits;		/* bytes from @first on, and those in turn */
	bool over;		/* no more comes */
	int err;		/* of @to: nothing is given to it any more */
};

/* 0, or an exit code after a message. */
int outlet_start(struct outlet *o, struct sink *to, size_t limit);
/* Wait until the queue is empty. 0, or the error of @to. */
int outlet_end(struct outlet *o);

#endif
