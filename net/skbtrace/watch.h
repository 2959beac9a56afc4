/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The primaries of an event, parsed by ctl/watch.c: primary=, before=, after=.
 */
#ifndef _NET_SKBTRACE_WATCH_H
#define _NET_SKBTRACE_WATCH_H

#include <linux/types.h>
#include "cond.h"

#define SKBTRACE_MAX_PRIMARIES	8

/**
 * struct skbtrace_primary - a primary
 * @slot: of the event
 * @cond: its condition; none if cond.nr is 0
 */
struct skbtrace_primary {
	u8			slot;
	struct skbtrace_cond	cond;
};

/**
 * struct skbtrace_span - limits of before= or after=
 * @nr: events
 * @ns: nanoseconds; 0: no limit
 */
struct skbtrace_span {
	u32	nr;
	u64	ns;
};

/**
 * struct skbtrace_watch - primary= and what goes with it
 * @primaries: all of @primary, by bit of their slots
 * @nr: how many
 * @packets: some primary is about packets, and cannot name a connection
 * @has_before: before= has been given
 * @has_after: after= has been given
 * @before: limits of the history
 * @after: limits of the events after a primary
 * @primary: the primaries
 */
struct skbtrace_watch {
	u64			primaries;
	u8			nr;
	bool			packets;
	bool			has_before;
	bool			has_after;
	struct skbtrace_span	before;
	struct skbtrace_span	after;
	struct skbtrace_primary	primary[SKBTRACE_MAX_PRIMARIES];
};

struct skbtrace_change;
struct skbtrace_run;

int skbtrace_check_watches(const struct skbtrace_run *run,
			   const struct skbtrace_change *change);

#endif /* _NET_SKBTRACE_WATCH_H */
