/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pictures of recordings: a page for a browser (page.c), or one connection as
 * SVG (plot.c). Both are made from the summary, its verdicts, and timelines
 * (collect.h).
 */
#ifndef SKBTRACE_REPORT_H
#define SKBTRACE_REPORT_H

#include "report/collect.h"
#include "summary/cell.h"

struct report_opts {
	bool plot;		/* one connection as SVG, else a page */
	const char *out;	/* file, "-" for stdout */
	u64 top;		/* connections in the page, the worst ones */
};

struct segments;

struct report {
	struct report_opts o;
	struct summary *s;
	struct segments *segments;	/* NULL: nobody joins bytes */
	struct lines lines;
};

/* The data of the picture, complete. */
struct picture {
	const struct report *r;
	const struct trace *traces;
	struct sheet view;
	struct found *found;	/* all connections, the worst first */
	u32 n;
	u32 shown;		/* of them in the picture */
	u64 t0, t1;		/* of the first trace's clock */
	bool complete;		/* no recording was cut off */
};

struct report *report_new(const struct report_opts *o, struct summary *s);
void report_free(struct report *r);
/* Bytes are joined by @s, which lives longer. */
void report_segments(struct report *r, struct segments *s);

/*
 * All has been collected; traces without an end are known up to @last, none
 * beyond @to. 0, or an exit code after a message.
 */
int report_print(struct report *r, const struct trace *traces, u64 last, u64 to,
		 bool complete);

/* data.c: all that the page shows, as one object. */
void report_data(const struct picture *p, struct json *j);
/* heat.c: where bytes spent their time, and when; null: that is not known. */
void report_heat(const struct picture *p, struct json *j);
/* page.c, plot.c; is the library that draws a page part of the program? */
bool report_can_page(void);
void report_page(const struct picture *p, struct out *o);
int report_plot(const struct picture *p, struct out *o);

#endif
