/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reader in the kernel: one thread that reads a session, run after run, all
 * CPUs of it. And what else a module needs that sends what it reads.
 */
#ifndef _NET_SKBTRACE_READER_H
#define _NET_SKBTRACE_READER_H

#include "quiet.h"
#include "session.h"

/* Why a reader has nothing to read; or that it has */
enum skbtrace_reader_state {
	SKBTRACE_READER_READS,
	SKBTRACE_READER_NO_SESSION,	/* none has this name */
	SKBTRACE_READER_NO_RUN,		/* nothing is traced */
	SKBTRACE_READER_OWNED,		/* a process has taken the session */
	SKBTRACE_READER_BUSY,		/* somebody else reads it */
};

/**
 * struct skbtrace_reader - a reader
 * @session: name of the session that it follows
 * @run: what it reads, %NULL: nothing
 * @cpus: whose buffers it reads
 * @wait: by CPU, in the queue of the buffer
 * @changed: in the queue of changes
 * @seen: skbtrace_changes() when it last looked
 * @ended: number of the run that it has read to its end, 0: none
 * @state: what it does
 *
 * Only its thread uses it.
 */
struct skbtrace_reader {
	const char			*session;
	struct skbtrace_run		*run;
	cpumask_var_t			cpus;
	struct wait_queue_entry		*wait;
	struct wait_queue_entry		changed;
	u32				seen;
	u32				ended;
	enum skbtrace_reader_state	state;
};

/**
 * struct skbtrace_reader_counts - what a session tells of a CPU
 * @lost: events lost
 * @complete: all events up to this CLOCK_MONOTONIC time are in sub-buffers that
 *	can be read
 */
struct skbtrace_reader_counts {
	u64	lost;
	u64	complete;
};

int skbtrace_reader_open(struct skbtrace_reader *r, const char *session);
void skbtrace_reader_close(struct skbtrace_reader *r);
void skbtrace_reader_follow(struct skbtrace_reader *r);
void skbtrace_reader_leave(struct skbtrace_reader *r, bool ended);
bool skbtrace_reader_wakes(const struct skbtrace_reader *r);
bool skbtrace_reader_at_end(const struct skbtrace_reader *r);
bool skbtrace_reader_seq(const struct skbtrace_reader *r, int cpu, u64 *seq);
const u8 *skbtrace_reader_next(struct skbtrace_reader *r, int cpu);
void skbtrace_reader_done(struct skbtrace_reader *r, int cpu, const u8 *subbuf);
void skbtrace_reader_counts(const struct skbtrace_reader *r, int cpu,
			    struct skbtrace_reader_counts *n);
void skbtrace_reader_rename(struct skbtrace_reader *r);
void skbtrace_each_event(void (*fn)(const struct skbtrace_event *ev, void *arg),
			 void *arg);
bool skbtrace_session_known(const char *name);
void skbtrace_quiet_begin(struct skbtrace_quiet *q);
void skbtrace_quiet_end(struct skbtrace_quiet *q);

#endif /* _NET_SKBTRACE_READER_H */
