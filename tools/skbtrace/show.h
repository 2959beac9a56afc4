/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From chunks to lines: the whole way that "parse" and "live" share. Chunks of
 * a capture go in one at a time, decoded, merged and selected events come out
 * as text, JSON or a summary, in constant memory.
 *
 *	struct show *s = show_open(&opts);
 *	show_chunk(s, &chunk);		FORMAT, META, SUBBUF, MARK, END
 *	show_flush(s);			what is complete by now is on screen
 *	code = show_close(s);		the rest, notes about losses, exit code
 */
#ifndef SKBTRACE_SHOW_H
#define SKBTRACE_SHOW_H

#include "file.h"
#include "opt.h"
#include "seqs.h"

struct show_opts {
	bool json;
	bool verbose;
	bool summary;
	bool latency;
	bool why;
	u64 top;		/* of why: connections in trouble, 0: all */
	bool strict;		/* loss is exit code 3 */
	const char *out;	/* file, NULL: stdout */
	const char *time;	/* rel wall utc delta epoch mono */
	const char *color;	/* auto always never */
	const char *conn;	/* --conn */
	const char *filter;	/* -S of parse; that of live is the kernel's */
	const char *events;	/* -e: names, globs, @sets, comma list */
	struct seqs seqs;	/* --seq, freed by show */
	const char *since;
	const char *until;
};

/* Rows for a command's option table, destinations in a struct show_opts. */
#define SHOW_OPTIONS(o)							\
	{ 0, "json", NULL, "one JSON object a line", OPT_FLAG,		\
	  &(o).json, NULL },						\
	{ 'v', "verbose", NULL, "all fields, not only the brief ones",	\
	  OPT_FLAG, &(o).verbose, NULL },				\
	{ 't', "time", "FORMAT",					\
	  "rel (default), wall, utc, delta, epoch, mono",		\
	  OPT_STRING, &(o).time, NULL },				\
	{ 0, "conn", "CONN",						\
	  "only this connection: sk=100b, ADDR[:PORT], LOCAL-PEER", \
	  OPT_STRING, &(o).conn, NULL },				\
	{ 0, "color", "WHEN", "auto (default), always, never",		\
	  OPT_STRING, &(o).color, NULL }

struct sb_info;
struct show;
struct trace;

/* NULL after a message: an option was wrong, EXIT_USAGE. */
struct show *show_open(const struct show_opts *o);

/*
 * One chunk from memory; its payload is copied where it must outlive the call.
 * 0, or an exit code after a message. EXIT_OK + the pipe closed: show_dead().
 */
int show_chunk(struct show *s, const struct sbt_chunk *c);

/* Write out all that is buffered. 0, or an exit code. */
int show_flush(struct show *s);

/* The reader of our output has gone: end quietly. */
bool show_dead(const struct show *s);

/* Whatever is held back is printed; returns the exit code. */
int show_close(struct show *s);

/*
 * The same for several inputs, as parse has them. With show_follow() the end
 * is not known yet: losses are left out of the header.
 */
struct trace *show_trace(struct show *s, const char *name);
int show_feed(struct show *s, struct trace *t, const struct sbt_chunk *c,
	      bool swap);
void show_follow(struct show *s);
/* A whole sub-buffer of a trace.cpuN file, without chunks around it. */
int show_raw(struct show *s, struct trace *t, int fd, u64 offset,
	     const struct sb_info *info);
/* As show_flush(), and all there is of the traces up to now has come. */
int show_ended(struct show *s);
/* As show_flush(), but the output may stay in its buffer. */
int show_run(struct show *s);
void show_fail(struct show *s, int code);
/* An input was cut off: exit code 3. */
void show_incomplete(struct show *s);

#endif
