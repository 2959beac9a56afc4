/* SPDX-License-Identifier: GPL-2.0 */
/* A recording: its formats, names, clock and META. */
#ifndef SKBTRACE_TRACE_H
#define SKBTRACE_TRACE_H

#include "trace/clock.h"
#include "trace/file.h"
#include "trace/format.h"
#include "trace/names.h"
#include "trace/offsets.h"
#include "trace/sheds.h"

/* META of a recording that was cut: "from_ns 123 to_ns 456", or one of them */
#define TRACE_RANGE	"range"

enum { META_NAME = 64 };	/* longer names are not taken */

struct meta {
	char *name;
	char *text;
	struct meta *next;
};

struct trace {
	const char *name;	/* of the file, for messages */
	struct format *fmt;	/* in force */
	struct format *formats;	/* all there were */
	struct names *names;
	struct clock clock;	/* t0: of the first trace, once it has begun */
	u64 start;		/* its own t0, then */
	struct meta *meta;	/* in the order of the file */
	u64 from, to;		/* cut to this range; else 0, UINT64_MAX */
	bool ranged;		/* it is cut */
	s64 shift;		/* to the clock of the first trace */
	struct offsets offsets;	/* to that of its collector */
	struct trace *timed_by;	/* whose offsets count; NULL: none */
	u64 timed_from;		/* shift is right then; later it has drifted */
	u64 clock_error;	/* of what is said so of its time */
	bool begun;		/* its header is printed */
	bool has_end;
	struct sbt_end end;
	bool t0_told;		/* by META, else it is a guess */
	u32 ncpus;		/* 0: not known */
	bool cpus_told;		/* by META */
	/* from headers, for where END is missing */
	u64 lost_seen;
	struct trace_cpu {
		u32 cpu;
		u64 lost;
	} *percpu;
	u32 npercpu;
	struct sheds sheds;	/* when not all connections were recorded */
	u32 id;			/* place on the command line */
	u32 host;		/* id of the first trace of its host and boot */
	/* where sub-buffers that were passed over are fetched from */
	struct sbt_reader *rd;
	struct trace *next;
};

/* Gets the records, one at a time. */
typedef void rec_sink(void *arg, struct trace *t, const struct rec *r);

struct trace *trace_new(const char *name);
void trace_free(struct trace *t);

/* FORMAT; 0, or an exit code after a message. The same again is no change. */
int trace_format(struct trace *t, const char *text, size_t len);
void trace_meta(struct trace *t, const char *text, size_t len);
void trace_end(struct trace *t, const void *p, size_t len, bool swap);

/* A sub-buffer's header says how many were lost before it. */
void trace_lost(struct trace *t, u32 cpu, u64 lost_total);

/* Text of a META, "" if there is none. */
const char *trace_meta_get(const struct trace *t, const char *name);

/*
 * The options of an event in META "events" (",stack", "" if there are none), up
 * to the end of the line. NULL: it was not recorded, or that is not known.
 */
const char *trace_spec(const struct trace *t, const char *event);
/* Is @option among them, with or without a value? @spec may be NULL. */
bool spec_has(const char *spec, const char *option);
/* Is @word in its list of values, OPTION=A:B? */
bool spec_names(const char *spec, const char *option, const char *word);

/* Are they of one host, and was it not booted in between? */
bool trace_same_boot(const struct trace *a, const struct trace *b);

/*
 * Are the offsets of both to one clock known: are they of one collector, or is
 * one of that host itself?
 */
bool trace_same_collector(const struct trace *a, const struct trace *b);

/* @mono as if its clock had not drifted since it was compared first. */
u64 trace_steady(const struct trace *t, u64 mono);

/* One word each for the header, raw and possibly empty. */
enum { TRACE_WORD = 64 };

void trace_host(const struct trace *t, char buf[TRACE_WORD]);
void trace_kernel(const struct trace *t, char buf[TRACE_WORD]);

#endif
