/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The destination of a session's data: a capture file ("record") or the screen
 * ("live"). All return 0 or -errno; -EPIPE: the reader of our output has gone.
 */
#ifndef SKBTRACE_SINK_H
#define SKBTRACE_SINK_H

#include "linux/skbtrace_api.h"
#include "trace/file.h"

struct sink;

struct sink_ops {
	/* A sub-buffer: h->used bytes from @h on. */
	int (*subbuf)(struct sink *s, u32 cpu, const struct skbtrace_subbuf *h);
	/* subbuf() has got all data of @cpu up to @complete_ns. */
	int (*mark)(struct sink *s, u32 cpu, u64 complete_ns);
	/* The end of a batch of data; may be NULL. */
	int (*flush)(struct sink *s);
	/* Is the sink full for now? May be NULL: never. */
	bool (*full)(struct sink *s);
};

struct sink {
	const struct sink_ops *ops;
	int stdout_fd;		/* watched for a reader that leaves; -1 none */
	int input_fd;		/* flush() when there is input; 0: none */
	u64 due_ns;		/* call flush() then; 0: it does not matter */
	bool hurry;		/* somebody watches: marks as soon as may be */
};

#endif
