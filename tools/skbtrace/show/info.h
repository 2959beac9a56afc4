/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The content of a recording, counted by cmd/info.c, printed by info_print.c as
 * text and by info_json.c as JSON.
 */
#ifndef SKBTRACE_INFO_H
#define SKBTRACE_INFO_H

#include "trace/trace.h"

enum { INFO_KINDS = 65536, INFO_NAME = 64 };

struct count {
	u64 events, lost;
};

struct cpu_count {
	u32 cpu;
	u64 subbufs;
	struct count n;
};

struct info {
	struct trace *t;
	struct count by_event[INFO_KINDS];
	struct cpu_count *cpus;	/* by number */
	u32 ncpus;
	/*
	 * Events are those that parse shows. Names are those of tasks and
	 * symbols. Unknown: the format does not have them.
	 */
	struct count all;
	u64 names, unknown;
	u64 context, omitted;	/* of a recording that was cut */
	u64 subbufs, damaged;
	u64 held;		/* events that had been held back */
	u64 histories, gaps;	/* HISTORY blocks; those that miss older ones */
	u64 first, last;	/* times of events */
};

/* Kind @no: is it there, is it a name, what is it called? */
bool info_has(const struct info *in, u32 no);
bool info_is_name(const struct info *in, u32 no);
void info_name(const struct info *in, u32 no, char buf[INFO_NAME]);

void info_print(const struct info *in, const struct sbt_reader *rd);
void info_print_meta(const struct meta *m, bool name);

/* One object, a line; @only: no more than the texts of that name. */
void info_json(const struct info *in, const struct sbt_reader *rd,
	       const char *only);

#endif
