/* SPDX-License-Identifier: GPL-2.0 */
/* The gates of a session, one per CPU. */
#ifndef _NET_SKBTRACE_GATE_H
#define _NET_SKBTRACE_GATE_H

#include <linux/skbtrace.h>

struct skbtrace_run;

/* Counters of one CPU, the fast path's events included */
static inline u64 skbtrace_asked(const struct skbtrace_gate *g)
{
	return READ_ONCE(g->asked) + READ_ONCE(g->quick);
}

static inline u64 skbtrace_written(const struct skbtrace_gate *g)
{
	return READ_ONCE(g->written) + READ_ONCE(g->quick);
}

/* The sequence number of the next event */
static inline u64 skbtrace_next_seq(const struct skbtrace_gate *g)
{
	return READ_ONCE(g->seq) + READ_ONCE(g->quick);
}

void skbtrace_die(struct skbtrace_run *run, const char *why);
void skbtrace_set_contexts(struct skbtrace_run *run);
void skbtrace_forget_tasks(struct skbtrace_run *run);

#endif /* _NET_SKBTRACE_GATE_H */
