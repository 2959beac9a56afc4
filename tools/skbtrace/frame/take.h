/* SPDX-License-Identifier: GPL-2.0 */
/* The capture file(s) of a sender: what stands in them besides its data. */
#ifndef SKBTRACE_FRAME_TAKE_H
#define SKBTRACE_FRAME_TAKE_H

#include "frame/senders.h"
#include "record/capture.h"

struct take {
	struct capture c;	/* first: its sink */
	struct capture_opts o;
	struct sender *s;
	char *path;
	u64 told_version;	/* of s->offset, in the file */
	u64 tell_ns, tell_gap_ns;
	u32 told;
	u64 bytes;		/* when it is finished */
	int fd;			/* of a file without a name, then; -1: none */
};

/* NULL after a message. @path is taken over. */
struct take *take_open(const struct capture_opts *o, struct sender *s,
		       char *path);
/* 0, or an error as that of a sink. */
int take_format(struct take *t);
int take_tick(struct take *t, u64 now);
/* Finishes the file. 0 or an exit code. */
int take_end(struct take *t);
void take_free(struct take *t);

/* Each META of a sender: FORMAT aside, what a file begins with. */
int take_meta(const struct sender *s, meta_put *put, void *to);

#endif
