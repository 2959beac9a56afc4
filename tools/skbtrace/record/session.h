/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A private tracing session, from the control files to its end:
 *
 *	session_prepare()	rights, module, owner, sizes, which events
 *	session_start()		tracing is on when it returns
 *	session_run()		data goes to the sink until something ends it
 *	session_end()		totals; the kernel's side is torn down
 */
#ifndef SKBTRACE_SESSION_H
#define SKBTRACE_SESSION_H

#include "filter/filter.h"
#include "kernel/ctl.h"
#include "kernel/reader.h"
#include "kernel/stat.h"
#include "record/child.h"
#include "record/recopt.h"
#include "trace/format.h"

struct session {
	const struct recopt *o;
	const char *verb;
	struct ctl ctl;
	int owner;		/* its release ends the session; -1 */
	int wake;		/* signals */
	struct format *format;
	char *format_text;
	char *specs;		/* what "enabled" says */
	struct filter filters[NR_FILTERS];
	char *choice;		/* these and the scopes, a line each; "" */
	char *hold;		/* bytes to hold back in; NULL: not told */
	struct reader reader;
	struct child child;
	/*
	 * The amount of data ("2.6MiB"), for the progress line; NULL: no line.
	 */
	const char *(*size_text)(struct session *s);
	/* Has it reached a limit of its own (--max-size)? NULL: it has none. */
	bool (*full)(struct session *s);
	/* Somebody wants a snapshot (USR2). NULL: it takes none. */
	void (*ask)(struct session *s);
	void *priv;		/* for the three */

	bool stopping;		/* -* was written */
	bool broken_pipe;	/* nobody reads our output any more */
	u64 start_ns, end_ns;	/* CLOCK_MONOTONIC */
	u64 start_real_ns;
	u64 deadline_ns;	/* 0: none */
	u64 shed;		/* events that max_cost left out */
	u64 lost;		/* as "stat" said last, like the next one */
	u64 held, history;	/* at the end: held back, and written then */
	struct ctl_filter conns;
	u64 line_ns, line_events;	/* at the last progress line */
	struct ctl_drop *drops;	/* at the end */
	int ndrops;
};

/* All return 0 or an exit code after a message. */
int session_prepare(struct session *s, const char *verb,
		    const struct recopt *o);
int session_start(struct session *s);
int session_run(struct session *s, struct sink *sink);

/* Read the losses, and let the kernel free everything. */
void session_end(struct session *s);
void session_free(struct session *s);

#endif
