/* SPDX-License-Identifier: GPL-2.0 */
/* The state shared by show.c and show_end.c. */
#ifndef SKBTRACE_SHOW_STATE_H
#define SKBTRACE_SHOW_STATE_H

#include "conn/series.h"
#include "conn/summary.h"
#include "report/report.h"
#include "segment/segments.h"
#include "show/evprint.h"
#include "show/latency.h"
#include "show/losses.h"
#include "show/show_opts.h"
#include "top/top.h"
#include "trace/merge.h"

/* Cached per event of a format. */
struct evshow {
	bool shown;
	struct evprint *print;
};

struct show {
	struct show_opts opts;
	struct match match;
	struct merge *merge;
	struct trace *traces;	/* in the order given */
	struct trace *deflt;	/* of show_chunk() */
	struct summary *summary;
	struct series *series;	/* which @summary feeds */
	struct report *report;	/* beside the summary */
	struct latency *latency;
	struct segments *segments;	/* with latency */
	struct top *top;	/* its owner's */
	struct out out;
	struct printer pr;
	enum color color;
	bool lines;		/* it prints events: nobody else takes them */
	bool choosy;		/* not all events are wanted */
	bool own_fd;
	bool begun;		/* headers are printed */
	bool incomplete;	/* an input was cut off or damaged */
	int code;		/* an error met in the sink */
	u64 seen;		/* events of all kinds, names are none */
	u64 printed;
	u64 unknown;
	u16 unknown_no;
	struct losses losses;
	u64 held;		/* events that had been held back */
	u64 gaps;		/* primaries before which older ones are gone */
	u64 last;		/* time of the latest record */
};

/* show_end.c: what is printed when all records have come. */
void show_print_end(struct show *s);
/* Messages about losses, and other doubts about the output. */
void show_notes(const struct show *s);

#endif
