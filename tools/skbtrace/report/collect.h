/* SPDX-License-Identifier: GPL-2.0 */
/* Collects the timelines of all connections. */
#ifndef SKBTRACE_REPORT_COLLECT_H
#define SKBTRACE_REPORT_COLLECT_H

#include "lib/hash.h"
#include "report/line.h"
#include "trace/per_event.h"

/* Where events were lost. */
struct gap {
	u32 cpu;
	u64 from, to, n;
};

struct lines {
	struct hash h;		/* of struct line */
	struct per_event cols;
	struct gap *gaps;
	u32 ngaps;
	u64 more_gaps;		/* that found no room */
	u64 events;
};

void lines_init(struct lines *l);
void lines_free(struct lines *l);

/* @r of @t, at @now on the clock of the first trace. */
void lines_add(struct lines *l, struct trace *t, const struct rec *r, u64 now);
void lines_lost(struct lines *l, const struct trace *t, const struct rec *r);

/* The timeline of the connection of @r; NULL: there are no events. */
struct line *lines_of(const struct lines *l, const struct row *r);

#endif
