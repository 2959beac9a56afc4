/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program in D over the events of a recording, or of a session:
 *
 *	struct d *d = d_new(&how);	parsed and checked, or NULL
 *	d_events(d, ...);		what must be recorded for it
 *	d_rec(d, t, r);			in the order of time
 *	d_tick(d, now);			no more up to then
 *	code = d_end(d);		END, aggregations, exit status
 */
#ifndef SKBTRACE_D_H
#define SKBTRACE_D_H

#include "d/piece.h"
#include "lib/out.h"
#include "trace/trace.h"

enum { D_MAX_TEXT = 1 << 20, D_MAX_OPTIONS = 16 };

struct d_how {
	const char *text;	/* the program */
	size_t len;
	const struct d_piece *pieces;	/* where its parts are from */
	u32 npieces;
	int nargs;		/* of the program: $1 ... */
	char *const *args;
	const char *options[D_MAX_OPTIONS];	/* -x NAME[=VALUE] */
	u32 noptions;
	bool quiet;
	bool zero;		/* -Z: descriptions may match nothing */
	bool lists;		/* -l: so they may, but are told */
	int fd;			/* where it prints */
	s64 target;		/* $target, 0: none */
};

struct d;

/* NULL after a message. It is not run before the first call of those below. */
struct d *d_new(const struct d_how *how);
void d_free(struct d *d);

/* Its probes, as "dtrace -l" prints them, with -v if @verbose. */
void d_list(const struct d *d, bool verbose);

/* How stable it is: the least stable of its probes and of what it reads. */
void d_report(const struct d *d);

/* Each event it is made of, once, with the condition that it puts on it. */
void d_events(const struct d *d,
	      void (*add)(void *arg, const char *event, const char *when),
	      void *arg);

/* Its BEGIN, unless that has been; @t: NULL, or where the time is of. */
void d_begin(struct d *d, struct trace *t, u64 now);
void d_rec(struct d *d, struct trace *t, const struct rec *r);
/* Probes tick-N up to @now, and all that is printed so far is written. */
void d_tick(struct d *d, u64 now);
bool d_has_ticks(const struct d *d);
/* When the next one is due; 0: there is none. */
u64 d_due(const struct d *d);
/* It has called exit(), or nobody reads what it prints. */
bool d_over(const struct d *d);
/* An exit code: its own, or of ours after a message. */
int d_end(struct d *d);

#endif
