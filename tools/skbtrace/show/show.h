/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prints recordings, for "parse" and "live": takes the chunks of a capture one
 * at a time, decodes, merges and filters events, and prints them as text, JSON
 * or a summary, in constant memory.
 *
 *	struct show *s = show_open(&opts);
 *	show_chunk(s, &chunk);		FORMAT, META, SUBBUF, MARK, END
 *	show_flush(s);			what is complete by now is on screen
 *	code = show_close(s);		the rest, notes about losses, exit code
 */
#ifndef SKBTRACE_SHOW_H
#define SKBTRACE_SHOW_H

#include "filter/conns.h"
#include "filter/seqs.h"
#include "lib/opt.h"
#include "trace/evlist.h"
#include "trace/file.h"

struct match;
struct rec;
struct report_opts;
struct sb_info;
struct show;
struct top;
struct trace;

/* Does a record match what the user chose? If not, the first reason. */
enum matched {
	MATCHED_YES,
	MATCHED_OTHER_KIND,	/* of event, or another number */
	MATCHED_OTHER_TIME,
	MATCHED_OTHER_CONN,
};

/*
 * Gets all records except HISTORY, instead of the printer. Losses in the range
 * always match; unknown events match if no events are selected.
 */
struct show_tap {
	void (*rec)(void *arg, const struct match *m, struct trace *t,
		    const struct rec *r, enum matched matched);
	/* All of @traces is told, if nothing failed; NULL: no need. */
	void (*end)(void *arg, struct trace *traces);
	/* It wants no more; NULL: it always does. */
	bool (*over)(void *arg);
	void *arg;
};

struct show_opts {
	bool json;
	bool verbose;
	bool summary;
	bool latency;
	bool why;
	const char *by, *sort;	/* of the summary */
	const struct report_opts *report;	/* a picture; NULL: none */
	struct top *live;	/* refreshes now and then; NULL: no */
	u64 top;		/* of why and the summary, 0: all */
	u64 every;		/* ns, 0: not asked for */
	bool strict;		/* loss is exit code 3 */
	const char *out;	/* file, NULL: stdout */
	const char *time;	/* rel wall utc delta epoch mono */
	const char *color;	/* auto always never */
	const char *where;
	const char *filter;	/* -S of parse; that of live is the kernel's */
	const char *events;	/* -e: names, globs, @sets, comma list */
	struct conns conns;	/* --conn, freed by show in any case */
	struct seqs seqs;	/* --seq, too */
	const char *since;
	const char *until;
	const struct show_tap *tap;	/* NULL: it is printed */
};

/* Rows for a command's option table, destinations in a struct show_opts. */
#define CONN_OPTIONS(o)							\
	{ 0, "conn", "CONN",						\
	  "only these connections: sk=100b, ADDR[:PORT], LOCAL-PEER;"	\
	  " comma list", OPT_CALL, &(o).conns, conns_parse }

#define MATCH_OPTIONS(o)						\
	{ 'e', "events", "LIST",					\
	  "only these: names, globs, @sets, probes; comma list",	\
	  OPT_CALL, &(o).events, evlist_add },				\
	{ 'S', "conn-filter", "EXPR",					\
	  "only connections that match, as record -S",			\
	  OPT_STRING, &(o).filter, NULL },				\
	{ 0, "since", "TIME",						\
	  "from then: 1.5, 14:03:07.2, 2026-11-21T14:03",		\
	  OPT_STRING, &(o).since, NULL },				\
	{ 0, "until", "TIME", "up to then", OPT_STRING, &(o).until,	\
	  NULL },							\
	{ 0, "seq", "LIST",						\
	  "only these, by number: CPU:N, N-N; comma list",		\
	  OPT_CALL, &(o).seqs, seqs_parse }

#define SHOW_OPTIONS(o)							\
	{ 0, "json", NULL, "one JSON object a line", OPT_FLAG,		\
	  &(o).json, NULL },						\
	{ 'v', "verbose", NULL, "all fields, not only the brief ones",	\
	  OPT_FLAG, &(o).verbose, NULL },				\
	{ 't', "time", "FORMAT",					\
	  "rel (default), wall, utc, delta, epoch, mono",		\
	  OPT_STRING, &(o).time, NULL },				\
	CONN_OPTIONS(o),						\
	{ 0, "where", "EXPR",						\
	  "only events of which this is true: 'rtt>50ms and cpu=0'",	\
	  OPT_STRING, &(o).where, NULL },				\
	{ 0, "color", "WHEN", "auto (default), always, never",		\
	  OPT_STRING, &(o).color, NULL }

/* NULL after a message: an option was wrong, EXIT_USAGE. */
struct show *show_open(const struct show_opts *o);

/*
 * One chunk from memory; its payload is copied if it is needed later.
 * 0, or an exit code after a message. EXIT_OK + the pipe closed: show_dead().
 */
int show_chunk(struct show *s, const struct sbt_chunk *c);

/* Write out all that is buffered. 0, or an exit code. */
int show_flush(struct show *s);

/* The reader of our output has gone: end quietly. */
bool show_dead(const struct show *s);

/* Prints the rest, frees everything; returns the exit code. */
int show_close(struct show *s);

/*
 * The same for several inputs, as parse has them. With show_follow() the end
 * is not known yet: losses are left out of the header.
 */
struct trace *show_trace(struct show *s, const char *name);
int show_trace_chunk(struct show *s, struct trace *t, const struct sbt_chunk *c,
		     bool swap);
void show_follow(struct show *s);
/* A whole sub-buffer of a trace.cpuN file, without chunks around it. */
int show_raw(struct show *s, struct trace *t, int fd, u64 offset,
	     const struct sb_info *info);
/* As show_flush(), at the end of the traces so far. */
int show_ended(struct show *s);
/* As show_flush(), but the output may stay in its buffer. */
int show_run(struct show *s);
void show_fail(struct show *s, int code);
/* An input was cut off: exit code 3. */
void show_incomplete(struct show *s);

#endif
