/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes a cut of the window to a file, in a thread of its own, so that reading
 * the kernel's buffers never waits for a disk.
 */
#ifndef SKBTRACE_SNAPSHOT_H
#define SKBTRACE_SNAPSHOT_H

#include <pthread.h>

#include "flight/blocks.h"
#include "flight/window.h"
#include "record/meta.h"

struct snapshot {
	/* To be set before the start, and left alone until it is done: */
	const char *row;		/* ROW.0001 ... are the files */
	unsigned int number;		/* of this one */
	u64 keep;			/* of the row, 0: all */
	bool pack;
	char *name;
	struct window_cut cut;
	const char *format;
	struct meta_list meta;		/* texts and names are ours */
	u64 end_ns;			/* the recording so far ends here */

	/* To be read when it is done: */
	int err;			/* -errno; 0: the file is there */
	bool told;			/* the reason has been printed */
	struct blocks_sum sum;
	u64 bytes;

	pthread_t thread;
	bool running;			/* there is one */
	bool done;
};

/* Take over @name and its text, copied; for meta_each(). */
int snapshot_meta(void *meta_list, const char *name, const char *text);
void snapshot_meta_free(struct meta_list *m);

/* If the thread cannot be started, the snapshot ends with an error. */
void snapshot_start(struct snapshot *s);
bool snapshot_is_done(const struct snapshot *s);

/* Wait until it is. */
void snapshot_join(struct snapshot *s);

#endif
