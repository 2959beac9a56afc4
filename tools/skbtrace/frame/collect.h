/* SPDX-License-Identifier: GPL-2.0 */
/* Writes a recording for each sender: "collect", and "record -i" for one. */
#ifndef SKBTRACE_FRAME_COLLECT_H
#define SKBTRACE_FRAME_COLLECT_H

#include "frame/senders.h"
#include "record/capture.h"

struct collect {
	const char *dir;	/* for files that are named by their senders */
	const char *file;	/* of one sender; NULL: of all */
	struct capture_opts o;	/* but for its name */
	bool quiet;
	struct senders all;
	u32 files;
	u64 bytes, lost, lost_on_way, events;
	int code;		/* of a file that could not be finished */
};

void collect_init(struct collect *c);
/* For struct listen. */
int collect_tick(void *collect, u64 now);
void collect_progress(void *collect);
/* After senders_end(): what it was. */
void collect_print(struct collect *c);
void collect_free(struct collect *c);

#endif
