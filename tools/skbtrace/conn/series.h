/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --every: one connection, by intervals. At the end of each interval the
 * difference in the summary is taken; gauges are the last known values.
 */
#ifndef SKBTRACE_SERIES_H
#define SKBTRACE_SERIES_H

#include "conn/summary.h"

enum gauge {
	GAUGE_CWND, GAUGE_SSTHRESH, GAUGE_INFLIGHT, GAUGE_WND, GAUGE_SRTT,
	GAUGE_NR
};

/* Its field in events, and its key in JSON. */
extern const char *const gauge_names[GAUGE_NR];

struct gauge_value {
	enum { GAUGE_UNKNOWN, GAUGE_VALUE, GAUGE_INF } state;
	u64 v;
};

/* All but the first begin at a multiple of their length. */
struct sample {
	u64 from, to;
	u64 sent, acked;	/* bytes, by sequence numbers */
	u64 retrans, drops;
	struct gauge_value g[GAUGE_NR];
	bool lost;		/* events are: all may be more */
	u32 nparts;
	struct held_time *parts;	/* what held it back, in no order */
};

struct series;

/* Of the connection that @s is asked for, which stays the caller's. */
struct series *series_new(struct summary *s, u64 every);
void series_free(struct series *sr);

/* As summary_add(), which it calls; @t0: when the first trace began. */
void series_add(struct series *sr, struct trace *t, const struct rec *r,
		enum range_part part, bool who, u64 t0);

/*
 * All is told, as for summary_print(). 0, or an exit code after a message:
 * there are too many intervals, or connections.
 */
int series_close(struct series *sr, const struct trace *traces, u64 last,
		 u64 to);

/* ---- for who prints it ---- */

const struct sample *series_samples(const struct series *sr, u32 *n);
/* NULL: there was no such connection. */
const struct row *series_row(const struct series *sr);
/* Did anything tell what is sent? */
bool series_has_sent(const struct series *sr);
bool series_recorded(const struct series *sr, enum source src);
u64 series_every(const struct series *sr);

#endif
