/* SPDX-License-Identifier: GPL-2.0 */
/* Writes a recording for each sender: "collect", and "record -i" for one. */
#ifndef SKBTRACE_FRAME_COLLECT_H
#define SKBTRACE_FRAME_COLLECT_H

#include "frame/listen.h"
#include "record/capture.h"

struct collect {
	const char *dir;	/* for files that are named by their senders */
	const char *file;	/* of one sender; NULL: of all */
	struct capture_opts o;	/* but for its name */
	/* with OUT_UNNAMED: a recording, at the end, its file now theirs */
	void (*got)(void *arg, const struct sender *s, int fd);
	void *arg;
	bool quiet, strict;
	struct senders all;
	u32 files;
	u64 bytes, lost, lost_on_way, events;
	int code;		/* of a file that could not be finished */
};

/*
 * From the sources of @l, which has no more to say. Prints what it was, and
 * frees all but the sources. An exit code.
 */
int collect_run(struct collect *c, struct listen *l);

#endif
