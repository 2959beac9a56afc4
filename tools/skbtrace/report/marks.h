/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Marks of a timeline: drops, retransmissions, resets. Their number is limited:
 * beyond that, equal ones within a step become one, with a count.
 */
#ifndef SKBTRACE_REPORT_MARKS_H
#define SKBTRACE_REPORT_MARKS_H

#include "conn/facts.h"

struct mark {
	u64 t;			/* ns; of the first */
	enum fact what;
	enum fact_way way;
	const char *word;	/* of the format, NULL: none */
	const struct trace *trace;
	u64 at;			/* code address, 0: none */
	bool has_seq;
	s64 seq;		/* place among all bytes that were sent */
	u32 len, segs;
	u32 n;
	struct event_no no;	/* of the first */
};

/* All 0 to begin with. */
struct marks {
	struct mark *v;		/* by time */
	u32 n, cap;
	u64 step;		/* ns; 0: each is there */
	u64 seen;
};

void marks_add(struct marks *m, const struct mark *new);
/* At most @max, if they are alike enough. */
void marks_thin(struct marks *m, u32 max);
void marks_free(struct marks *m);

#endif
