/* SPDX-License-Identifier: GPL-2.0 */
/* The control files "stat" and "dropped", parsed. */
#ifndef SKBTRACE_STAT_H
#define SKBTRACE_STAT_H

#include "filter/kind.h"
#include "lib/util.h"
#include "linux/skbtrace_api.h"

struct ctl;

struct ctl_cpu {
	u32 cpu;
	u64 hits, skipped, filtered, refused, held_dropped;
	u64 held, history;		/* held back; of these written */
	u64 lost, written, read;
	u64 produced, consumed, fullest;	/* sub-buffers */
	u64 recursion;
	u64 complete_ns;
	u64 shed, cost_ns;		/* max_cost: left out; time of probes */
};

/* Counters of a filter; all 0: there is none. */
struct ctl_filter {
	u64 insns;
	u64 seen, passed;
	u64 connections, matching;	/* of a connection filter */
};

struct ctl_stat {
	bool tracing;
	u64 owner;			/* pid */
	u64 since_ns;			/* CLOCK_MONOTONIC */
	u64 epoch;
	u64 subbuf_size, subbuf_nr;
	u64 max_cost_ppm, cost_ppm, shed_factor;
	u64 buffer_bytes, log_bytes, table_bytes;	/* memory it has */
	u64 exact, inferred, unavailable;	/* events by state, if told */
	char *dead;			/* reason, NULL: alive */
	struct ctl_filter filters[NR_FILTERS];
	int nr;
	struct ctl_cpu *cpus;
};

/* 0 or -errno; *st is empty then, and may be freed. */
int ctl_stat(const struct ctl *c, struct ctl_stat *st);
void ctl_stat_free(struct ctl_stat *st);

/* Sum of one counter over all CPUs: ctl_sum(&st, lost). */
#define ctl_sum(st, member) ({						\
	const struct ctl_stat *st_ = (st);				\
	u64 sum_ = 0;							\
									\
	for (int i_ = 0; i_ < st_->nr; i_++)				\
		sum_ += st_->cpus[i_].member;				\
	sum_; })

/* Events that were held back; at least those written or dropped since. */
u64 ctl_held(const struct ctl_stat *st);

/* A line of "dropped". */
struct ctl_drop {
	u32 cpu;
	u64 count;
	char event[64];
};

/* Lines of "dropped", *drops to be freed; 0 if there are none or no file. */
int ctl_drops(const struct ctl *c, struct ctl_drop **drops);

#endif
