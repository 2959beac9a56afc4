/* SPDX-License-Identifier: GPL-2.0 */
/* A primary fires: its history is written. */
#ifndef _NET_SKBTRACE_HISTORY_H
#define _NET_SKBTRACE_HISTORY_H

#include "run.h"

#define SKBTRACE_HISTORY_MAX	512	/* blocks before a primary */

/**
 * struct skbtrace_history_list - held entries that a primary has found
 * @walk_until: CLOCK_MONOTONIC, nanoseconds: end of the walk
 * @write_until: after that only the newest ones are written
 * @steps: entries visited
 * @nr: entries of @found
 * @missed: older ones are missing
 * @found: entries
 */
struct skbtrace_history_list {
	u64		walk_until;
	u64		write_until;
	unsigned int	steps;
	unsigned int	nr;
	bool		missed;
	struct skbtrace_found {
		const struct skbtrace_event *ev;
		u64	time;
		u64	ref;
		u64	at;
		u32	len;
		u32	tgid;
	} found[SKBTRACE_HISTORY_MAX];
};

bool skbtrace_fire(struct skbtrace_run *run, struct skbtrace_cpu *c);

#endif /* _NET_SKBTRACE_HISTORY_H */
