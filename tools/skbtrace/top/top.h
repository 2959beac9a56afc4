/* SPDX-License-Identifier: GPL-2.0 */
/*
 * top: the connections in trouble now. It gets the events as the summary does;
 * a refresh shows the last seconds.
 */
#ifndef SKBTRACE_TOP_H
#define SKBTRACE_TOP_H

#include "filter/match.h"

struct top_how {
	bool batch;		/* text, one refresh behind the other */
	bool healthy;		/* lines for them, too */
	bool replay;		/* a recording: its clock is ours */
	u64 delay;		/* ns from one refresh to the next */
	u64 span;		/* ns: what is shown is of the last so many */
	u64 count;		/* refreshes, 0: until somebody says so */
	u64 rows;		/* in batch, 0: all */
	const char *sort;	/* NULL: the worst first */
	const char *where;	/* as that of the show; NULL: all */
	bool once;		/* what is replayed cannot be read again */
};

struct top;

/* NULL after a message: EXIT_USAGE. */
struct top *top_new(const struct top_how *how);
void top_free(struct top *t);

/* Before the first event; what @m wants may be changed while it runs. */
void top_begin(struct top *t, struct match *m, struct trace *traces);
void top_add(struct top *t, struct trace *tr, const struct rec *r);
/* All is told, up to @last. Messages may follow. */
void top_end(struct top *t, u64 last);

/* Live: call this at top_due(), or when there is something at top_input(). */
void top_poll(struct top *t, u64 now);
u64 top_due(const struct top *t);
/* 0: none */
int top_input(const struct top *t);

/* Has the user quit? */
bool top_over(const struct top *t);
/* After top_end(): or all of the recording, once more. */
bool top_again(struct top *t);

#endif
