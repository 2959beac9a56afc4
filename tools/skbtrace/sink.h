/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a session's data goes: a capture file ("record") or the screen
 * ("live"). All return 0 or -errno; -EPIPE means that nobody listens any more.
 */
#ifndef SKBTRACE_SINK_H
#define SKBTRACE_SINK_H

#include "file.h"
#include "linux/skbtrace_api.h"

struct sink;

struct sink_ops {
	/* A sub-buffer: h->used bytes from @h on. */
	int (*subbuf)(struct sink *s, u32 cpu, const struct skbtrace_subbuf *h);
	/* All that @cpu had up to @complete_ns has been given to subbuf(). */
	int (*mark)(struct sink *s, u32 cpu, u64 complete_ns);
	/* Everything that was there for now has been given: may be NULL. */
	int (*flush)(struct sink *s);
};

struct sink {
	const struct sink_ops *ops;
	int stdout_fd;		/* watched for a reader that leaves; -1 none */
	u64 due_ns;		/* call flush() then; 0: it does not matter */
	bool hurry;		/* somebody watches: marks as soon as may be */
};

#endif
